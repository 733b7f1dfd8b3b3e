"use strict";
// The same steps, sums and tie rules as Sources/Explanation/Signals: the answer is the same to the bit.
const Sight = (() => {
  const LIMIT = 4096, MINIMUM = 6, MAXIMUM_K = 8, BOUND = 0.6, SHARE = 0.05;

  // Whether a map shows nothing: its scores range over no more than rounding leaves.
  function isFlat(values) {
    let least = values[0], largest = values[0];
    for (const value of values) { if (value < least) least = value; if (value > largest) largest = value; }
    return largest - least <= Math.max(Math.abs(least), Math.abs(largest)) / 65536;
  }

  // Positive pixels, the strongest first, with the mass before each: once for a map. A number that holds
  // both the score's bits and the index sorts without calls.
  function ranking(values) {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length), few = 2 ** 20;
    let n = 0, order;
    for (let i = 0; i < values.length; i++) if (values[i] > 0) n++;
    if (values.length <= few) {
      const keys = new Float64Array(n);
      for (let i = 0, k = 0; i < values.length; i++)
        if (values[i] > 0) keys[k++] = (0xffffffff - bits[i]) * few + i;
      keys.sort();
      order = new Int32Array(n);
      for (let k = 0; k < n; k++) order[k] = keys[k] % few;
    } else {
      order = new Int32Array(n);
      for (let i = 0, k = 0; i < values.length; i++) if (values[i] > 0) order[k++] = i;
      order.sort((a, b) => values[b] - values[a] || a - b);
    }
    const before = new Float64Array(n);
    let total = 0;
    for (let i = 0; i < n; i++) { before[i] = total; total += values[order[i]]; }
    return { order, before, total };
  }

  function select(ranked, sensitivity) {
    const wanted = (1 - sensitivity) * ranked.total;
    let count = 0;
    if (sensitivity <= 0) count = ranked.order.length;
    else while (count < ranked.order.length && ranked.before[count] < wanted) count++;
    const kept = Math.min(count, LIMIT);
    return { asked: count, points: ranked.order.slice(0, kept).sort() };
  }

  function radiusFor(width, height) { return Math.max(1.5, 6 * Math.max(width, height) / 224); }

  // For each point: whether it is a core, and whether it lies near one. The grid has a margin, so that
  // no place around a point lies outside.
  function density(points, width, height, radius) {
    const n = points.length, reach = Math.floor(radius), side = width + 2 * reach;
    const slot = new Int32Array(side * (height + 2 * reach)).fill(-1), at = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const x = points[i] % width, y = (points[i] - x) / width;
      at[i] = (y + reach) * side + x + reach;
      slot[at[i]] = i;
    }
    const away = [], square = [];
    for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++)
      if (x * x + y * y <= radius * radius) { away.push(y * side + x); square.push(x * x + y * y); }
    const steps = Int32Array.from(away), core = new Uint8Array(n), near = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      let found = 0;
      for (let k = 0; k < steps.length && found < MINIMUM; k++) if (slot[at[i] + steps[k]] >= 0) found++;
      core[i] = found >= MINIMUM ? 1 : 0;
    }
    for (let i = 0; i < n; i++) {
      near[i] = core[i];
      for (let k = 0; k < steps.length && !near[i]; k++) {
        const other = slot[at[i] + steps[k]];
        if (other >= 0) near[i] = core[other];
      }
    }
    const around = (i, body) => {
      for (let k = 0; k < steps.length; k++) {
        const other = slot[at[i] + steps[k]];
        if (other >= 0) body(other, square[k]);
      }
    };
    return { core, near, around };
  }
  // Ward's merges by nearest-neighbour chain, in ascending order of loss. Clusters hang in the leaves of
  // a quadtree whose boxes know their lightest cluster: no cluster of a box loses less than that one
  // would at the nearest border (a little less, for rounding), which tells where not to look. A leaf's
  // side is a power of two, so that borders are exact. The arrays are made once.
  const DEPTH = 6;
  const weight = new Float64Array(LIMIT), sumX = new Float64Array(LIMIT), sumY = new Float64Array(LIMIT);
  const atX = new Float64Array(LIMIT), atY = new Float64Array(LIMIT), alive = new Uint8Array(LIMIT);
  const cell = new Int32Array(LIMIT), next = new Int32Array(LIMIT), back = new Int32Array(LIMIT);
  const head = new Int32Array(4 ** DEPTH), light = new Float64Array((4 ** (DEPTH + 1) - 1) / 3);
  const start = Int32Array.from({ length: DEPTH + 1 }, (_, level) => (4 ** level - 1) / 3);
  const stack = new Int32Array(4 * DEPTH), box = { left: 0, top: 0, size: 1 };
  const closest = { index: -1, loss: Infinity };

  // The lightest cluster of a leaf and of all boxes that hold it.
  function weigh(leaf) {
    let least = Infinity;
    for (let j = head[leaf]; j >= 0; j = next[j]) if (weight[j] < least) least = weight[j];
    let row = leaf >> DEPTH, column = leaf & (1 << DEPTH) - 1;
    for (let level = DEPTH; ; level--) {
      const at = start[level] + (row << level) + column;
      if (light[at] === least) return;
      light[at] = least;
      if (level === 0) return;
      const pair = start[level] + ((row & ~1) << level) + (column & ~1), below = pair + (1 << level);
      least = Math.min(Math.min(light[pair], light[pair + 1]), Math.min(light[below], light[below + 1]));
      row >>= 1; column >>= 1;
    }
  }

  function hang(i) {
    const leaf = (Math.floor((atY[i] - box.top) / box.size) << DEPTH)
      + Math.floor((atX[i] - box.left) / box.size);
    const first = head[leaf];
    cell[i] = leaf; back[i] = -1; next[i] = first;
    if (first >= 0) back[first] = i;
    head[leaf] = i;
    weigh(leaf);
  }

  function unhang(i) {
    if (back[i] >= 0) next[back[i]] = next[i]; else head[cell[i]] = next[i];
    if (next[i] >= 0) back[next[i]] = back[i];
    weigh(cell[i]);
  }

  // The cluster that loses least with a; a tie goes to the previous one, then to the lowest index.
  function nearest(a, previous) {
    const wa = weight[a], x = atX[a], y = atY[a], px = x - box.left, py = y - box.top;
    let best = Infinity, b = -1;
    if (previous >= 0) {
      const dx = atX[previous] - x, dy = atY[previous] - y;
      best = wa * weight[previous] / (wa + weight[previous]) * (dx * dx + dy * dy);
      b = previous;
    }
    let row = cell[a] >> DEPTH, column = cell[a] & (1 << DEPTH) - 1, depth = 0;
    stack[depth++] = DEPTH << 16 | row << 8 | column;
    for (let above = DEPTH; ; above--) {
      while (depth > 0) {
        const node = stack[--depth], level = node >> 16, r = node >> 8 & 255, c = node & 255;
        const lightest = light[start[level] + (r << level) + c];
        if (lightest === Infinity) continue;
        const size = box.size * (1 << DEPTH - level), left = c * size, top = r * size;
        const dx = px < left ? left - px : px > left + size ? px - left - size : 0;
        const dy = py < top ? top - py : py > top + size ? py - top - size : 0;
        if (wa * lightest * 0.999 * (dx * dx + dy * dy) > best * (wa + lightest)) continue;
        if (level < DEPTH) {
          // The child nearest to a comes first.
          const down = py < top + size / 2 ? 0 : 1, over = px < left + size / 2 ? 0 : 1;
          const child = level + 1 << 16 | 2 * r << 8 | 2 * c;
          stack[depth++] = child + (1 - down << 8) + (1 - over);
          stack[depth++] = child + (1 - down << 8) + over;
          stack[depth++] = child + (down << 8) + (1 - over);
          stack[depth++] = child + (down << 8) + over;
          continue;
        }
        for (let j = head[(r << DEPTH) + c]; j >= 0; j = next[j]) {
          if (j === a || j === previous) continue;
          const ex = atX[j] - x, ey = atY[j] - y;
          const loss = wa * weight[j] / (wa + weight[j]) * (ex * ex + ey * ey);
          if (loss < best || (loss === best && b !== previous && j < b)) { best = loss; b = j; }
        }
      }
      // What lies outside of this box is farther away than its borders.
      const size = box.size * (1 << DEPTH - above), left = px - column * size, top = py - row * size;
      const margin = Math.min(Math.min(left, size - left), Math.min(top, size - top));
      if (above === 0 || wa * light[0] * 0.999 * margin * margin > best * (wa + light[0])) break;
      // The other three in the box above.
      for (let k = 3; k > 0; k--)
        stack[depth++] = above << 16 | (row ^ k >> 1) << 8 | column ^ k & 1;
      row >>= 1; column >>= 1;
    }
    closest.index = b; closest.loss = best;
  }

  function ward(xs, ys) {
    const n = xs.length, merges = Math.max(0, n - 1);
    const first = new Int32Array(merges), second = new Int32Array(merges), loss = new Float64Array(merges);
    let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
    for (let i = 0; i < n; i++) {
      left = Math.min(left, xs[i]); right = Math.max(right, xs[i]);
      top = Math.min(top, ys[i]); bottom = Math.max(bottom, ys[i]);
      sumX[i] = atX[i] = xs[i]; sumY[i] = atY[i] = ys[i];
      weight[i] = alive[i] = 1;
    }
    box.left = left; box.top = top; box.size = 1;
    while (Math.max(right - left, bottom - top) + 1 > box.size * (1 << DEPTH)) box.size *= 2;
    head.fill(-1); light.fill(Infinity);
    for (let i = n - 1; i >= 0; i--) hang(i);
    const chain = [];
    let lowest = 0;
    for (let made = 0; made < merges;) {
      while (!alive[lowest]) lowest++;
      if (chain.length === 0) chain.push(lowest);
      const a = chain[chain.length - 1];
      const previous = chain.length > 1 ? chain[chain.length - 2] : -1;
      nearest(a, previous);
      const b = closest.index;
      if (b !== previous) { chain.push(b); continue; }
      chain.length -= 2;
      const keep = Math.min(a, b), drop = Math.max(a, b);
      first[made] = keep; second[made] = drop; loss[made++] = closest.loss;
      unhang(keep); unhang(drop);
      alive[drop] = 0;
      weight[keep] += weight[drop]; sumX[keep] += sumX[drop]; sumY[keep] += sumY[drop];
      atX[keep] = sumX[keep] / weight[keep]; atY[keep] = sumY[keep] / weight[keep];
      hang(keep);
    }
    // Equals stay in the order of merging.
    const sorted = loss.slice().sort(), taken = new Int32Array(merges);
    const tree = { first: new Int32Array(merges), second: new Int32Array(merges), loss: sorted };
    for (let i = 0; i < merges; i++) {
      let low = 0, high = merges - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] < loss[i]) low = middle + 1; else high = middle;
      }
      const place = low + taken[low]++;
      tree.first[place] = first[i]; tree.second[place] = second[i];
    }
    return tree;
  }

  // The label of every point after all merges but the last k - 1; labels in order of first points.
  function cut(tree, n, k) {
    const root = new Int32Array(n);
    for (let i = 0; i < n; i++) root[i] = i;
    const find = i => { while (root[i] !== i) { root[i] = root[root[i]]; i = root[i]; } return i; };
    for (let i = 0; i < n - k; i++) {
      const a = find(tree.first[i]), b = find(tree.second[i]);
      root[Math.max(a, b)] = Math.min(a, b);
    }
    // A root is its cluster's first point: it is named before the others are.
    const label = new Int32Array(n);
    let names = 0;
    for (let i = 0; i < n; i++) label[i] = root[i] === i ? names++ : label[find(i)];
    return label;
  }

  // The same after one merge more: its clusters become one, the names close up.
  function joined(label, tree, merge) {
    const one = label[tree.first[merge]], other = label[tree.second[merge]];
    const low = Math.min(one, other), high = Math.max(one, other), names = new Int32Array(label.length);
    for (let i = 0; i < names.length; i++)
      names[i] = label[i] === high ? low : label[i] > high ? label[i] - 1 : label[i];
    return names;
  }
  function centroids(xs, ys, label, k) {
    const x = new Float64Array(k), y = new Float64Array(k), w = new Float64Array(k);
    for (let i = 0; i < label.length; i++) {
      if (label[i] < 0) continue;
      x[label[i]] += xs[i]; y[label[i]] += ys[i]; w[label[i]] += 1;
    }
    for (let c = 0; c < k; c++) { x[c] /= w[c]; y[c] /= w[c]; }
    return { x, y, w };
  }

  function silhouette(xs, ys, label, k) {
    const centre = centroids(xs, ys, label, k);
    let sum = 0;
    for (let i = 0; i < label.length; i++) {
      if (centre.w[label[i]] <= 1) continue;
      let own = 0, other = Infinity;
      for (let c = 0; c < k; c++) {
        const dx = xs[i] - centre.x[c], dy = ys[i] - centre.y[c], d = Math.sqrt(dx * dx + dy * dy);
        if (c === label[i]) own = d; else if (d < other) other = d;
      }
      const larger = Math.max(own, other);
      if (larger > 0) sum += (other - own) / larger;
    }
    return sum / label.length;
  }

  function relativeLosses(tree) {
    const n = tree.loss.length + 1, loss = new Float64Array(n + 1);
    let sum = 0;
    for (let i = 0; i < n - 1; i++) { sum += tree.loss[i]; loss[n - 1 - i] = sum; }
    const total = sum;
    for (let k = 1; k <= n; k++) loss[k] = total > 0 ? loss[k] / total : 0;
    return loss;
  }

  function divide(xs, ys, settings) {
    const n = xs.length;
    if (n === 0) return { label: new Int32Array(0), k: 0, silhouettes: [], loss: 0 };
    const tree = ward(xs, ys), losses = relativeLosses(tree);
    const silhouettes = [];
    let k = 1;
    if (settings.method === "ward-loss") {
      while (k < n && losses[k] > settings.relativeLoss) k++;
    } else {
      const most = Math.min(MAXIMUM_K, n), labels = [];
      for (let j = most; j >= 2; j--) {
        labels[j] = j === most ? cut(tree, n, j) : joined(labels[j + 1], tree, n - j - 1);
        silhouettes.unshift(silhouette(xs, ys, labels[j], j));
      }
      let best = -Infinity;
      silhouettes.forEach((value, j) => { if (value > best) { best = value; k = j + 2; } });
      if (best < BOUND) k = 1; else return { label: labels[k], k, silhouettes, loss: losses[k] };
    }
    return { label: cut(tree, n, k), k, silhouettes, loss: losses[k] };
  }

  // Clusters of cores within reach of each other; any other point joins its nearest core.
  function linked(points, dense) {
    const label = new Int32Array(points.length).fill(-1);
    let k = 0;
    for (let i = 0; i < points.length; i++) {
      if (!dense.core[i] || label[i] >= 0) continue;
      const stack = [i];
      label[i] = k;
      while (stack.length) dense.around(stack.pop(), other => {
        if (dense.core[other] && label[other] < 0) { label[other] = k; stack.push(other); }
      });
      k++;
    }
    for (let i = 0; i < points.length; i++) {
      if (dense.core[i] || !dense.near[i]) continue;
      let best = Infinity, chosen = -1;
      dense.around(i, (other, square) => {
        if (!dense.core[other]) return;
        if (square < best || (square === best && other < chosen)) { best = square; chosen = other; }
      });
      label[i] = label[chosen];
    }
    return { label, k };
  }

  function find(map, sensitivity, settings) {
    const { values, width, height } = map;
    if (!map.isFlat) map.isFlat = isFlat(values);
    if (!map.ranked) map.ranked = ranking(map.isFlat ? new Float32Array(0) : values);
    const selected = select(map.ranked, sensitivity);
    // The number of points tells which they are: the strongest.
    const key = `${settings.method} ${settings.relativeLoss} ${selected.points.length}`;
    if (!map.answers) map.answers = new Map();
    const known = map.answers.get(key);
    if (known) return { ...known, asked: selected.asked };
    const dense = density(selected.points, width, height, radiusFor(width, height));
    const kept = selected.points.filter((_, i) => dense.near[i]);
    const xs = new Float64Array(kept.length), ys = new Float64Array(kept.length);
    for (let i = 0; i < kept.length; i++) { xs[i] = kept[i] % width; ys[i] = (kept[i] - xs[i]) / width; }
    let parts;
    if (settings.method === "dbscan") {
      const all = linked(selected.points, dense);
      parts = { label: all.label.filter((_, i) => dense.near[i]), k: all.k, silhouettes: [], loss: 0 };
    } else parts = divide(xs, ys, settings);
    const centre = centroids(xs, ys, parts.label, parts.k), circles = [];
    let dropped = 0;
    for (let c = 0; c < parts.k; c++) {
      if (centre.w[c] < SHARE * kept.length) { dropped++; continue; }
      let square = 0, mass = 0, first = -1;
      const members = [];
      for (let i = 0; i < kept.length; i++) {
        if (parts.label[i] !== c) continue;
        if (first < 0) first = kept[i];
        const dx = xs[i] - centre.x[c], dy = ys[i] - centre.y[c];
        square = Math.max(square, dx * dx + dy * dy);
        mass += values[kept[i]];
        members.push(kept[i]);
      }
      circles.push({ x: centre.x[c] + 0.5, y: centre.y[c] + 0.5, radius: Math.sqrt(square),
        mass, first, members });
    }
    circles.sort((a, b) => b.mass - a.mass || a.first - b.first);
    const answer = { signals: selected.points.length, asked: selected.asked, kept,
      clusters: parts.k, dropped, silhouettes: parts.silhouettes, loss: parts.loss, circles,
      isFlat: map.isFlat };
    map.answers.set(key, answer);
    return answer;
  }

  // Why there is no circle, in a sentence; null where there is one.
  function emptiness(seen, sensitivity, positive) {
    if (seen.circles.length) return null;
    if (seen.isFlat) return "No circles: the map, or the picture, is the same everywhere.";
    if (!seen.signals) {
      return sensitivity >= 1 ? "No circles: at sight sensitivity 1 no pixel is a signal."
        : `No circles: no pixel of this map speaks for ${positive}.`;
    }
    const count = `${seen.signals.toLocaleString("en")} signal${seen.signals === 1 ? "" : "s"}`;
    return seen.kept.length ? `No circles: ${count} in ${seen.clusters} clusters, each under 5 % of them.`
      : `No circles: ${count}, but nowhere ${MINIMUM} of them close together.`;
  }

  // The circle around the members as they lie on the original image.
  function onOriginal(members, width, geometry) {
    const xs = Float64Array.from(members, p => geometry.originX + (p % width + 0.5) * geometry.scaleX);
    const ys = Float64Array.from(members,
      p => geometry.originY + (Math.floor(p / width) + 0.5) * geometry.scaleY);
    const x = xs.reduce((sum, v) => sum + v, 0) / xs.length;
    const y = ys.reduce((sum, v) => sum + v, 0) / ys.length;
    let square = 0;
    for (let i = 0; i < xs.length; i++) {
      const dx = xs[i] - x, dy = ys[i] - y;
      square = Math.max(square, dx * dx + dy * dy);
    }
    return { x, y, radius: Math.sqrt(square) };
  }

  function decode(base64) {
    const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  }

  return { find, emptiness, onOriginal, decode };
})();
