"use strict";
// Draws the two plots of the report from the JSON in the page; uPlot is included before this script.
const plots = JSON.parse(document.getElementById("plots").textContent);
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
const axis = (label) => ({ label, stroke: colour("ink"), grid: { stroke: colour("line") }, ticks: { stroke: colour("line") } });
const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");

const switches = {
  hooks: {
    draw: [(plot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour("blue");
      ctx.setLineDash([6, 4]);
      ctx.textAlign = "left";
      ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
      for (const { from_interval: at, name } of plots.switches) {
        const x = Math.max(plot.valToPos(at, "x", true), bbox.left);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        ctx.fillText(name, x + 6 * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
      }
      ctx.restore();
    }],
  },
};

function draw(id, label, columns, plugins) {
  const place = document.getElementById(id);
  const series = columns.map(([name, , stroke, fill]) => ({ label: name, stroke: colour(stroke), fill, width: 1.5, spanGaps: false, paths: uPlot.paths.stepped({ align: 1 }) }));
  const options = { width: place.clientWidth, height: 300, tzDate: utc, plugins, series: [{ label: "Interval" }, ...series], axes: [axis(""), axis(label)] };
  const plot = new uPlot(options, [plots.times, ...columns.map(([, values]) => values)], place);
  addEventListener("resize", () => plot.setSize({ width: place.clientWidth, height: 300 }));
}

draw("price-plot", "AIP per kWh", [
  ["Retail", plots.retail, "amber"],
  ["Local price", plots.price, "green", "rgba(27, 127, 77, 0.15)"],
  ["Feed-in", plots.feed_in, "soft"],
], [switches]);
draw("energy-plot", "kWh per interval", [
  ["Import", plots.import, "amber"],
  ["Export", plots.export, "blue"],
  ["Traded and delivered", plots.delivered, "green", "rgba(27, 127, 77, 0.25)"],
], []);
