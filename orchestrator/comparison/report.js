"use strict";
// Draws the plots of the comparison from the JSON in the page; uPlot is included before this script.
const plots = JSON.parse(document.getElementById("plots").textContent);
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
const axis = (label, more) => ({ label, stroke: colour("ink"), grid: { stroke: colour("line") }, ticks: { stroke: colour("line") }, ...more });
const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
// Steps of the golden angle keep any number of lines apart.
const hue = (place) => `hsl(${Math.round((145 + place * 137.508) % 360)} 60% 45%)`;

function line({ label, values, tariff }, place, paths) {
  const look = tariff ? { stroke: colour("soft"), dash: [6, 4] } : { stroke: hue(place) };
  return { label, width: 2, spanGaps: false, paths, ...look };
}

// Amounts start at zero, so that heights can be compared; below it there are losses.
const fromZero = (_, least, most) => [Math.min(0, least), most * 1.05];
const steps = { whole: [1, 2, 3, 4, 6, 12, 24, 100, 1000], days: [1, 2, 7, 14, 28, 91, 364].map((days) => days * 86400) };

function draw(id, across, up, incrs, { time = false, amounts = true, paths } = {}) {
  const place = document.getElementById(id);
  const { x, series } = plots[id];
  const options = {
    width: place.clientWidth,
    height: 340,
    tzDate: utc,
    scales: { x: { time }, y: amounts ? { range: fromZero } : {} },
    series: [{ label: across || "Day" }, ...series.map((each, index) => line(each, index, paths))],
    axes: [axis(across, { incrs }), axis(up)],
  };
  const plot = new uPlot(options, [x, ...series.map(({ values }) => values)], place);
  addEventListener("resize", () => plot.setSize({ width: place.clientWidth, height: 340 }));
}

draw("price", "Hour of the day", "AIP per kWh", steps.whole, { amounts: false, paths: uPlot.paths.stepped({ align: 1 }) });
draw("savings", "Home, by what it saves", "AIP", steps.whole);
draw("energy", "", "kWh per day", steps.days, { time: true });
