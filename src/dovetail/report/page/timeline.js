const LANE = 20;
const LEFT = 62;

function showTimeline(openCheck) {
  const home = find("timeline").querySelector(".card");
  const spans = checks.flatMap((check) => check.row[10].map((attempt) => ({ check, number: attempt[0], agent: attempt[1], start: attempt[2], ms: attempt[3], verdict: verdicts[attempt[4]] })));
  if (!spans.length) { find("timeline").hidden = true; return; }
  const paint = () => home.replaceChildren(drawTimeline(spans, Math.max(320, home.clientWidth - 34), openCheck));
  paint();
  addEventListener("resize", paint);
}

function drawTimeline(spans, width, openCheck) {
  const agents = [...new Set(spans.map((span) => span.agent))].sort((a, b) => a - b);
  const end = Math.max(run.ms, ...data.faults.map((fault) => fault[4]), 1);
  const scale = (width - LEFT - 4) / end;
  const at = (ms) => LEFT + ms * scale;
  const faultTop = 18 + agents.length * LANE + 4;
  const height = faultTop + (data.faults.length ? LANE : 0) + 20;
  const svg = draw("svg", { width, height, role: "img", "aria-label": `When the checks of ${spellCount(agents.length, "agent")} ran, and faults` });
  svg.append(...ticks(end, at, height));
  if (run.ready > 0) svg.append(draw("rect", { class: "startup", x: at(0), y: 18, width: Math.max(1, run.ready * scale), height: agents.length * LANE - 4, rx: 2 }, draw("title", null, `the system became ready in ${spellMs(run.ready)}`)));
  agents.forEach((agent, lane) => {
    svg.append(draw("text", { x: 0, y: 18 + lane * LANE + 12 }, agent ? `agent ${agent}` : "agent"));
    svg.append(...bars(spans.filter((span) => span.agent === agent), at, scale, 18 + lane * LANE, openCheck));
  });
  if (data.faults.length) svg.append(draw("text", { x: 0, y: faultTop + 12 }, "faults"), ...faultBars(at, scale, faultTop));
  svg.append(...downMarks(at, faultTop));
  return svg;
}

function ticks(end, at, height) {
  const rough = end / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const marks = [];
  for (let ms = 0; ms <= end; ms += step) {
    marks.push(draw("line", { class: "tick", x1: at(ms), x2: at(ms), y1: 14, y2: height - 16 }), draw("text", { x: at(ms), y: height - 4, "text-anchor": ms + step / 2 > end ? "end" : "middle" }, spellMs(ms)));
  }
  return marks;
}

// Neighbours narrower than a pixel become one bar, so that ten thousand checks stay a few hundred shapes.
function bars(spans, at, scale, top, openCheck) {
  const shapes = [];
  let last = null;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const [x, width] = [at(span.start), Math.max(1.5, span.ms * scale - 0.5)];
    if (last && last.verdict === span.verdict && width < 3 && x - last.end < 1) { last.end = x + width; last.count += 1; last.shape.setAttribute("width", last.end - last.x); last.shape.firstChild.textContent = `${last.count} checks, ${span.verdict}`; continue; }
    const title = `${span.check.name}\n${span.verdict}, ${spellMs(span.ms)}, at ${spellMs(span.start)}${span.number > 1 ? `, attempt ${span.number}` : ""}`;
    const shape = draw("rect", { class: span.verdict, x, y: top, width, height: LANE - 4, rx: 2, "data-check": span.check.number, click: () => openCheck(span.check) }, draw("title", null, title));
    last = { verdict: span.verdict, x, end: x + width, count: 1, shape };
    shapes.push(shape);
  }
  return shapes;
}

function faultBars(at, scale, top) {
  return data.faults.slice(0, 2000).map(([edge, words, , from, until]) => draw("rect", { class: "fault", x: at(from), y: top + 3, width: Math.max(2, (until - from) * scale), height: 10, rx: 2 }, draw("title", null, `${edge}: ${words}, for ${spellMs(until - from)}`)));
}

function downMarks(at, bottom) {
  return data.services.flatMap((service) => service.changes.filter((change) => change[1] === "failed").flatMap(([ms, , detail]) => [
    draw("line", { class: "down", x1: at(ms), x2: at(ms), y1: 12, y2: bottom }, draw("title", null, `${service.name} ${detail || "failed"}`)),
    draw("text", { class: "down-name", x: at(ms), y: 9, "text-anchor": "middle" }, `${service.name} down`),
  ]));
}
