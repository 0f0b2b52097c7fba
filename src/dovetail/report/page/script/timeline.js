const LANE = 20;
const TOP = 18;
const MOST_SERVICES = 8;

function showTimeline(openCheck) {
  const home = find("timeline").querySelector(".card");
  const spans = checks.flatMap((check) => check.row[10].map((attempt) => ({ check, number: attempt[0], agent: attempt[1], start: attempt[2], ms: attempt[3], verdict: verdicts[attempt[4]] })));
  if (!spans.length) return;
  const paint = () => home.replaceChildren(drawTimeline(spans, Math.max(240, home.clientWidth - 34), openCheck));
  paint();
  addEventListener("resize", paint);
}

function drawTimeline(spans, width, openCheck) {
  const end = Math.max(run.ms, ...data.faults.map((fault) => fault[4]), 1);
  const lanes = [...agentLanes(spans), ...faultLanes(), ...serviceLanes(end)];
  const left = Math.min(150, Math.max(...lanes.map((lane) => lane.label.length)) * 6.4 + 12);
  const scale = (width - left - 4) / end;
  const at = (ms) => left + ms * scale;
  const agents = lanes.filter((lane) => lane.spans).length;
  const bottom = TOP + lanes.length * LANE + (lanes.length > agents ? 6 : 0);
  const svg = draw("svg", { width, height: bottom + 20, viewBox: `0 0 ${width} ${bottom + 20}`, role: "img", "aria-label": `When the checks ran, what was broken on purpose, and which services were away` });
  svg.append(...ticks(end, at, bottom));
  svg.append(...startup(at, scale, agents));
  lanes.forEach((lane, index) => {
    const top = TOP + index * LANE + (index >= agents ? 6 : 0);
    svg.append(draw("text", { x: 0, y: top + 12 }, shortLabel(lane.label)));
    svg.append(...(lane.spans ? bars(lane.spans, at, scale, top, openCheck) : lane.marks.map((mark) => drawMark(mark, at, scale, top))));
  });
  svg.append(...exitLines(at, bottom, left, width));
  return svg;
}

const shortLabel = (label) => (label.length > 22 ? `${label.slice(0, 21)}…` : label);

// Checks of one agent that overlap, as those of Python do beside others, get lanes of their own.
function agentLanes(spans) {
  const lanes = [];
  for (const agent of [...new Set(spans.map((span) => span.agent))].sort((a, b) => a - b)) {
    const own = [];
    for (const span of spans.filter((one) => one.agent === agent).sort((a, b) => a.start - b.start)) {
      const free = own.find((lane) => lane.until <= span.start + 1);
      if (free) { free.spans.push(span); free.until = span.start + span.ms; } else own.push({ label: own.length ? "" : agent ? `agent ${agent}` : "agent", spans: [span], until: span.start + span.ms });
    }
    lanes.push(...own);
  }
  return lanes;
}

function faultLanes() {
  if (!data.faults.length) return [];
  return [{ label: "faults", marks: data.faults.slice(0, 2000).map(([edge, words, , from, until]) => ({ from, until, kind: "fault", title: `${edge}: ${words}, for ${spellMs(until - from)}` })) }];
}

function serviceLanes(end) {
  return data.services.filter((service) => service.outages.length).slice(0, MOST_SERVICES).map((service) => ({
    label: service.name,
    marks: service.outages.map(([from, until, isExit, words]) => ({ from, until: until < 0 ? end : until, kind: isExit ? "outage is-exit" : "outage", title: `${words}${until < 0 ? "" : `, back after ${spellMs(until - from)}`}` })),
  }));
}

const drawMark = ({ from, until, kind, title }, at, scale, top) => draw("rect", { class: kind, x: at(from), y: top + 3, width: Math.max(2, (until - from) * scale), height: 10, rx: 2 }, draw("title", {}, title));

function startup(at, scale, agents) {
  if (run.ready <= 0) return [];
  const words = `ready in ${spellMs(run.ready)}`;
  const [width, height] = [Math.max(1, run.ready * scale), agents * LANE - 4];
  const shapes = [draw("rect", { class: "startup", x: at(0), y: TOP, width, height, rx: 2 }, draw("title", {}, words))];
  if (width > words.length * 6.2 + 8) shapes.push(draw("text", { x: at(0) + width / 2, y: TOP + height / 2 + 4, "text-anchor": "middle" }, words));
  return shapes;
}

function ticks(end, at, bottom) {
  const rough = end / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const marks = [];
  for (let ms = 0; ms <= end; ms += step) {
    marks.push(draw("line", { class: "tick", x1: at(ms), x2: at(ms), y1: TOP - 4, y2: bottom }), draw("text", { x: at(ms), y: bottom + 15, "text-anchor": ms === 0 ? "start" : ms + step / 2 > end ? "end" : "middle" }, ms ? spellMs(ms) : "0"));
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
    const shape = draw("rect", { class: span.verdict, x, y: top, width, height: LANE - 4, rx: 2, "data-check": span.check.number, click: () => openCheck(span.check) }, draw("title", {}, title));
    last = { verdict: span.verdict, x, end: x + width, count: 1, shape };
    shapes.push(shape);
  }
  return shapes;
}

// A name stands over its line only where it does not run into the one before.
function exitLines(at, bottom, left, width) {
  let taken = -1;
  return data.services.flatMap((service) => service.outages.filter((outage) => outage[2]).map(([ms, , , words]) => ({ ms, name: shortLabel(service.name), words })))
    .sort((a, b) => a.ms - b.ms).flatMap(({ ms, name, words }) => {
      const x = at(ms);
      const shapes = [draw("line", { class: "down", x1: x, x2: x, y1: 11, y2: bottom }, draw("title", {}, `${words}, at ${spellMs(ms)}`))];
      const half = (name.length + 7) * 3.2;
      const middle = Math.min(Math.max(x, left + half), width - half);
      if (middle - half > taken) { taken = middle + half; shapes.push(draw("text", { class: "down-name", x: middle, y: 9, "text-anchor": "middle" }, `${name} exited`)); }
      return shapes;
    });
}
