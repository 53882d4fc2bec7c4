// In a file of its own, because the pages allow no script inside themselves.
const page = document.getElementById("page");
Redoc.init(page.dataset.document, { hideDownloadButton: false, nativeScrollbars: true }, page);
