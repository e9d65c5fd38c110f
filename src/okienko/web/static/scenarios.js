// The studio: the picture of a scenario, line numbers beside its text, and what would be lost by leaving.
"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 208, LINE = 17, PAD = 10;

  const element = (name, attributes, ...inside) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };

  // Words in lines that fit into a box; the last one ends with … where there are more.
  const wrap = (words, width, most) => {
    const lines = [""];
    for (const word of words.split(/\s+/)) {
      const last = lines[lines.length - 1];
      if (!last) lines[lines.length - 1] = word;
      else if ((last + " " + word).length <= width) lines[lines.length - 1] += " " + word;
      else lines.push(word);
    }
    if (lines.length > most) {
      lines.length = most;
      lines[most - 1] = lines[most - 1].slice(0, width - 1) + "…";
    }
    return lines.map((line) => (line.length > width + 3 ? line.slice(0, width + 2) + "…" : line));
  };

  // Sugiyama's layout by dagre; the boxes and what they say come from the list, which stays for screen readers.
  const draw = () => {
    const place = one("#picture"), outline = one("#outline");
    if (!place || !outline || !window.dagre || place.firstChild) return;
    const graph = new window.dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 44, edgesep: 16, marginx: 8, marginy: 8 });
    graph.setDefaultEdgeLabel(() => ({}));
    const boxes = [...outline.querySelectorAll("[data-box]")];
    const names = new Set(boxes.map((box) => box.dataset.box));
    for (const box of boxes) {
      const lines = box.dataset.words ? wrap(box.dataset.words, 27, 3) : [];
      graph.setNode(box.dataset.box, { box, lines, width: WIDTH, height: 2 * PAD + LINE * (1 + lines.length) });
    }
    boxes.forEach((box) => {
      for (const way of box.querySelectorAll("[data-to]")) {
        if (!names.has(way.dataset.to)) continue;
        const lines = way.dataset.label ? wrap(way.dataset.label, 20, 2) : [];
        const width = Math.max(0, ...lines.map((line) => line.length * 7 + 10));
        graph.setEdge(box.dataset.box, way.dataset.to, { lines, width, height: lines.length * 15, labelpos: "c" }, way.dataset.to + way.dataset.label);
      }
    });
    window.dagre.layout(graph);
    const { width, height } = graph.graph();
    const arrow = element("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, element("path", { d: "M0 0L8 4L0 8z", class: "studio-tip" }));
    const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" }, element("defs", {}, arrow));
    for (const edge of graph.edges()) {
      const way = graph.edge(edge);
      const [first, ...rest] = way.points;
      svg.append(element("path", { d: `M${first.x} ${first.y}` + rest.map((at) => `L${at.x} ${at.y}`).join(""), class: "studio-way", "marker-end": "url(#arrow)" }));
    }
    for (const edge of graph.edges()) {
      const way = graph.edge(edge);
      if (!way.lines.length) continue;
      svg.append(element("rect", { x: way.x - way.width / 2, y: way.y - way.height / 2, width: way.width, height: way.height, class: "studio-label" }));
      way.lines.forEach((line, at) => svg.append(element("text", { x: way.x, y: way.y - way.height / 2 + 12 + at * 15, "text-anchor": "middle", class: "studio-said" }, line)));
    }
    for (const name of graph.nodes()) {
      const node = graph.node(name);
      const left = node.x - node.width / 2, top = node.y - node.height / 2;
      const group = element("g", { class: `studio-box ${node.box.dataset.kind}${node.box.dataset.problems ? " harm" : ""}` });
      group.append(element("rect", { x: left, y: top, width: node.width, height: node.height, rx: 6 }));
      const mark = node.box.dataset.problems ? `! ${node.box.dataset.problems} · ` : "";
      const kind = node.box.dataset.called;
      const short = name.length > 15 ? name.slice(0, 14) + "…" : name;
      group.append(element("text", { x: left + PAD, y: top + PAD + 11, class: "studio-name" }, mark + short));
      if (mark.length + short.length + kind.length < 27) group.append(element("text", { x: left + node.width - PAD, y: top + PAD + 11, "text-anchor": "end", class: "studio-kind" }, kind));
      node.lines.forEach((line, at) => group.append(element("text", { x: left + PAD, y: top + PAD + 11 + LINE * (at + 1), class: "studio-words" }, line)));
      group.addEventListener("click", () => node.box.querySelector("button").click());
      svg.append(group);
    }
    place.append(svg);
    place.hidden = false;
    outline.closest("details").open = false;
    if (boxes.length) place.scrollLeft = graph.node(boxes[0].dataset.box).x - place.clientWidth / 2;
  };

  // A number a line, beside the text; those with something to mend keep their mark until the text is looked at again.
  const number = () => {
    const body = one("textarea#body"), lines = one("#lines");
    if (!body || !lines) return;
    const wanted = body.value.split("\n").length;
    while (lines.children.length < wanted) {
      const line = document.createElement("li");
      line.textContent = lines.children.length + 1;
      line.id = `L${lines.children.length + 1}`;
      lines.append(line);
    }
    while (lines.children.length > wanted) lines.lastChild.remove();
    body.rows = wanted + 1;
  };

  const goTo = (line) => {
    const body = one("textarea#body");
    if (!body) return;
    const before = body.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = body.value.indexOf("\n", before);
    body.focus();
    body.setSelectionRange(before, end < 0 ? body.value.length : end);
    one(`#L${line}`)?.scrollIntoView({ block: "center" });
  };

  const show = () => {
    draw();
    number();
    const chat = one(".studio-chat");
    if (chat) chat.scrollTop = chat.scrollHeight;
  };

  let touched = false; // something was typed that no act has taken yet
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#studio-main")) return;
    touched = true;
    if (event.target.id === "body") number();
  });
  document.addEventListener("submit", () => (touched = false));
  window.addEventListener("beforeunload", (event) => touched && event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link || !one("textarea#body")) return;
    event.preventDefault();
    goTo(Number(link.dataset.line));
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "write" && event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      one("button[value=say]").click();
    } else if ((event.ctrlKey || event.metaKey) && event.key === "s" && one("#studio-form")) {
      event.preventDefault();
      one("button[value=keep]").click();
    }
  });
  document.addEventListener("htmx:after:swap", () => {
    show();
    const open = one(".studio-open");
    const focus = one("#studio [autofocus]");
    if (focus && document.activeElement === document.body) focus.focus({ preventScroll: true });
    if (open && focus && open.contains(focus)) open.scrollIntoView({ block: "nearest" });
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
  else show();
})();
