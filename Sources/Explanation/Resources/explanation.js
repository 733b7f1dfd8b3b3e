(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const get = id => document.getElementById(id);
  const number = (value, digits) => value.toFixed(digits).replace("-", "\u2212");
  for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;

  const words = document.querySelectorAll(".word");
  const measures = document.querySelectorAll("input[name=measure]");
  const colourWords = () => {
    const chosen = [...measures].find(m => m.checked).value;
    for (const word of words) {
      const value = Number(word.dataset[chosen]);
      word.style.setProperty("--share", Math.abs(value).toFixed(3));
      word.classList.toggle("against", value < 0);
    }
  };
  for (const measure of measures) measure.addEventListener("change", colourWords);

  if (!data.maps.length) return;
  const heat = get("heat"), dots = get("dots"), rings = get("rings");
  let current = null;

  const show = index => {
    const map = data.maps[index];
    if (typeof map.values === "string") map.values = Sight.decode(map.values);
    current = map;
    const note = get("map-note");
    note.hidden = !map.warnings.length;
    note.replaceChildren(...map.warnings.map(text => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }));
    for (const canvas of [heat, dots]) { canvas.width = map.width; canvas.height = map.height; }
    paint();
    look();
    // The longest answer at once: the browser has compiled the script before the slider moves.
    setTimeout(() => { Sight.find(map, 0, settings()); prepare(0); });
  };

  const settings = () => ({ method: get("clustering").value, relativeLoss: data.relativeLoss });

  // While nothing else is to do, the answers of all sensitivities are found, the nearest first; each
  // where it fits before the next frame, and none until the slider has rested.
  const idle = window.requestIdleCallback
    || (body => setTimeout(() => body({ timeRemaining: () => 50 }), 50));
  let preparing = 0;
  const prepare = pause => {
    const mine = ++preparing, map = current, chosen = settings();
    const now = Number(get("sensitivity").value);
    const rest = [...Array(101).keys()].sort((a, b) => Math.abs(a - now) - Math.abs(b - now));
    let longest = 0;
    const next = deadline => {
      if (mine !== preparing || !rest.length) return;
      if (deadline.timeRemaining() >= Math.min(40, longest)) {
        const start = performance.now();
        Sight.find(map, rest.shift() / 100, chosen);
        longest = Math.max(0.9 * longest, performance.now() - start);
      }
      idle(next);
    };
    setTimeout(() => { if (mine === preparing) idle(next); }, pause);
  };

  const paint = () => {
    const context = heat.getContext("2d"), image = context.createImageData(heat.width, heat.height);
    const negative = get("against").checked;
    // A flat map would be one colour, as if all of it spoke for the class.
    if (Sight.find(current, 0.5, settings()).isFlat) return context.clearRect(0, 0, heat.width, heat.height);
    for (let i = 0; i < current.values.length; i++) {
      const value = current.values[i] / current.scale;
      if (!(value > 0) && !negative) continue;
      const colour = value > 0 ? [230, 159, 0] : [86, 180, 233];
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = colour[c];
      image.data[4 * i + 3] = Math.round(255 * Math.min(1, Math.abs(value)));
    }
    context.putImageData(image, 0, 0);
  };

  const row = cells => {
    const line = document.createElement("tr");
    cells.forEach((text, i) => {
      const cell = document.createElement(i ? "td" : "th");
      if (!i) cell.scope = "row";
      cell.textContent = text;
      line.append(cell);
    });
    return line;
  };

  const look = () => {
    const sensitivity = Number(get("sensitivity").value) / 100;
    const seen = Sight.find(current, sensitivity, settings());
    const circles = seen.circles.map(c => Sight.onOriginal(c.members, current.width, data.geometry));
    rings.replaceChildren();
    for (const name of ["rim", "ring"]) for (const c of circles) {
      const shape = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      shape.setAttribute("class", name);
      shape.setAttribute("cx", c.x); shape.setAttribute("cy", c.y); shape.setAttribute("r", c.radius);
      rings.append(shape);
    }
    circles.forEach((c, i) => {
      const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
      const size = data.height / 28, above = c.y - c.radius - size;
      label.setAttribute("x", c.x);
      label.setAttribute("y", above > size ? above : c.y + c.radius + size);
      label.setAttribute("font-size", size);
      label.textContent = i + 1;
      rings.append(label);
    });
    const context = dots.getContext("2d");
    context.clearRect(0, 0, dots.width, dots.height);
    if (get("points").checked) {
      context.fillStyle = "#f0e442";
      for (const p of seen.kept) {
        context.fillRect(p % current.width, Math.floor(p / current.width), 1, 1);
      }
    }
    const count = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
    const capped = seen.asked > seen.signals ? ` (the strongest of ${count(seen.asked, "pixel")})` : "";
    const text = Sight.emptiness(seen, sensitivity, data.positive)
      || `${count(circles.length, "circle")} from ${count(seen.signals, "signal")}${capped}, `
      + `${seen.kept.length.toLocaleString("en")} of them dense enough to be clustered.`;
    get("seen").textContent = text;
    get("seen").dataset.circles = circles.length;
    get("seen").dataset.signals = seen.signals;
    get("sensitivity-value").textContent = sensitivity.toFixed(2);
    get("sensitivity").setAttribute("aria-valuetext", `${sensitivity.toFixed(2)}: ${text}`);
    rings.setAttribute("aria-label", `${current.title}. ${text} `
      + circles.map((c, i) => `Circle ${i + 1} at ${Math.round(c.x)}, ${Math.round(c.y)}, radius `
        + `${Math.round(c.radius)} pixels.`).join(" "));
    const mass = seen.circles.reduce((sum, c) => sum + c.mass, 0);
    get("circle-table").hidden = !circles.length;
    get("circles").replaceChildren(...circles.map((c, i) => row([
      String(i + 1), number(c.x, 1), number(c.y, 1), number(c.radius, 1),
      String(seen.circles[i].members.length), number(100 * seen.circles[i].mass / mass, 0) + " %"])));
  };

  // At once, but at most once a frame.
  let waiting = false, moved = false;
  const answer = () => {
    moved = waiting;
    if (waiting) return;
    waiting = true;
    look();
    requestAnimationFrame(() => { waiting = false; if (moved) answer(); });
    prepare(100);
  };
  get("map").addEventListener("change", event => {
    const instead = document.querySelector("#instead");
    if (instead) instead.hidden = true;
    show(event.target.selectedIndex);
  });
  get("sensitivity").addEventListener("input", answer);
  get("clustering").addEventListener("change", answer);
  get("points").addEventListener("change", answer);
  get("against").addEventListener("change", paint);
  get("opacity").addEventListener("input", event => {
    heat.style.opacity = event.target.value / 100;
    get("opacity-value").textContent = `${event.target.value} %`;
  });
  get("zoom").addEventListener("input", event => {
    get("frame").style.width = `${event.target.value}%`;
    get("zoom-value").textContent = `${event.target.value} %`;
  });
  get("controls").addEventListener("submit", event => event.preventDefault());
  get("controls").reset();
  heat.style.opacity = get("opacity").value / 100;
  show(get("map").selectedIndex);
})();
