// Draws the series that pages carry in their data attributes, with uPlot. The words beside say the same in numbers.
(() => {
  "use strict";
  const drawn = new Map();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const bars = uPlot.paths.bars({ size: [0.7, 60] });

  // Days and hours as whoever looks writes them, in their time zone.
  const writing = (parts) => new Intl.DateTimeFormat(document.documentElement.dataset.locale, parts);
  const day = writing({ day: "numeric", month: "short" });
  const hour = writing({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const moment = writing({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dateOf = (seconds) => new Date(seconds * 1000);
  const marks = (_, splits, __, ___, step) => splits.map((at, place) => {
    const date = day.format(dateOf(at));
    if (step >= 86_400) return date;
    const isNew = place === 0 || date !== day.format(dateOf(splits[place - 1]));
    return isNew ? `${hour.format(dateOf(at))}\n${date}` : hour.format(dateOf(at));
  });

  const options = (place, series) => ({
    width: Math.max(place.clientWidth, 200),
    height: 220,
    cursor: { y: false },
    scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(high, 4) * 1.05] } },
    axes: [{ values: marks }, {}].map((axis) => ({
      ...axis, stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 },
    })),
    series: [
      { label: place.dataset.time, value: (_, at) => (at === null ? "–" : moment.format(dateOf(at))) }, ...series,
    ],
  });
  const stacked = (rows) => {
    const sums = rows[0].map(() => 0);
    return rows.map((row) => row.map((value, at) => (sums[at] += value)));
  };

  const draw = (place) => {
    const data = JSON.parse(place.dataset.series);
    const kinds = ["sent", "failed", "waiting"].filter((kind) => kind in data);
    const colours = { sent: "--good", failed: "--bad", waiting: "--warn" };
    const sums = stacked(kinds.map((kind) => data[kind]));
    // The highest bar is drawn first, so that the lower ones stand before it.
    const order = kinds.map((_, at) => at).reverse();
    const series = order.map((at) => ({
      label: place.dataset[kinds[at]], fill: colour(colours[kinds[at]]), stroke: colour(colours[kinds[at]]), width: 0,
      paths: bars, points: { show: false }, value: (_, __, ___, index) => (index === null ? "–" : data[kinds[at]][index]),
    }));
    drawn.get(place)?.destroy();
    place.replaceChildren();
    drawn.set(place, new uPlot(options(place, series), [data.at, ...order.map((at) => sums[at])], place));
    place.dataset.drawn = place.dataset.series;
  };

  const all = () => {
    for (const [place, chart] of drawn) if (!place.isConnected) { chart.destroy(); drawn.delete(place); }
    for (const place of document.querySelectorAll("[data-series]")) {
      if (place.dataset.drawn !== place.dataset.series || !place.firstChild) draw(place);
    }
  };
  const again = () => { for (const place of document.querySelectorAll("[data-series]")) draw(place); };
  document.addEventListener("htmx:afterSettle", all);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("resize", again);
  all();
})();
