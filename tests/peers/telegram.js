// Starts telegram-test-api on a free port of this machine, and prints which.
const TelegramServer = require("telegram-test-api");

const server = new TelegramServer({ host: "127.0.0.1" });
server.config.port = 0; // the constructor takes 0 for "none given"
server.start().then(() => console.log(server.server.address().port));
