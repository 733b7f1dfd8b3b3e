/// The page's own clustering, in JavaScript: the twin of `Sight`.
///
/// Both add the same numbers in the same order and break ties alike, so that they agree to the last
/// bit; a test runs this text under Node and compares.
enum SightScript {
  static let text = #"""
    "use strict";
    // The same steps, sums and tie rules as Sources/Explanation/Signals: the answer is the same to the bit.
    const Sight = (() => {
      const LIMIT = 4096, MINIMUM = 6, MAXIMUM_K = 8, BOUND = 0.6, SHARE = 0.05;

      // Positive pixels, the strongest first, with the mass before each: once for a map.
      function ranking(values) {
        const order = [];
        for (let i = 0; i < values.length; i++) if (values[i] > 0) order.push(i);
        order.sort((a, b) => values[b] - values[a] || a - b);
        const before = new Float64Array(order.length);
        let total = 0;
        for (let i = 0; i < order.length; i++) { before[i] = total; total += values[order[i]]; }
        return { order, before, total };
      }

      function select(ranked, sensitivity) {
        const wanted = (1 - sensitivity) * ranked.total;
        let count = 0;
        if (sensitivity <= 0) count = ranked.order.length;
        else while (count < ranked.order.length && ranked.before[count] < wanted) count++;
        const kept = Math.min(count, LIMIT);
        return { asked: count, points: ranked.order.slice(0, kept).sort((a, b) => a - b) };
      }

      function radiusFor(width, height) { return Math.max(1.5, 6 * Math.max(width, height) / 224); }

      function disc(radius) {
        const reach = Math.floor(radius), places = [];
        for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++)
          if (x * x + y * y <= radius * radius) places.push([x, y]);
        return places;
      }

      // For each point: whether it is a core, and whether it lies near one.
      function density(points, width, height, radius) {
        const slot = new Int32Array(width * height).fill(-1);
        points.forEach((p, i) => { slot[p] = i; });
        const places = disc(radius);
        const core = new Uint8Array(points.length), near = new Uint8Array(points.length);
        const around = (p, body) => {
          const px = p % width, py = (p - px) / width;
          for (const [dx, dy] of places) {
            const x = px + dx, y = py + dy;
            if (x < 0 || y < 0 || x >= width || y >= height) continue;
            const other = slot[y * width + x];
            if (other >= 0) body(other, dx * dx + dy * dy);
          }
        };
        points.forEach((p, i) => {
          let found = 0;
          around(p, () => { found++; });
          core[i] = found >= MINIMUM ? 1 : 0;
        });
        points.forEach((p, i) => { if (core[i]) around(p, other => { near[other] = 1; }); });
        return { core, near, around };
      }

      // Ward's merges by nearest-neighbour chain, in ascending order of loss. Clusters hang in square
      // cells, so that a search looks at near ones alone; the loss at a distance is at least a single
      // point's (a little less, for rounding), which tells when to stop.
      function ward(xs, ys) {
        const n = xs.length, merges = [], SIZE = 8;
        if (n === 0) return merges;
        const w = new Float64Array(n).fill(1);
        const sx = Float64Array.from(xs), sy = Float64Array.from(ys);
        const cx = Float64Array.from(xs), cy = Float64Array.from(ys);
        const left = Math.min(...xs), top = Math.min(...ys);
        const columns = Math.floor((Math.max(...xs) - left) / SIZE) + 1;
        const rows = Math.floor((Math.max(...ys) - top) / SIZE) + 1;
        const cell = new Int32Array(n), next = new Int32Array(n), back = new Int32Array(n);
        const head = new Int32Array(columns * rows).fill(-1), alive = new Uint8Array(n).fill(1);
        const hang = i => {
          const c = Math.floor((cy[i] - top) / SIZE) * columns + Math.floor((cx[i] - left) / SIZE);
          cell[i] = c; back[i] = -1; next[i] = head[c];
          if (head[c] >= 0) back[head[c]] = i;
          head[c] = i;
        };
        const unhang = i => {
          if (back[i] >= 0) next[back[i]] = next[i]; else head[cell[i]] = next[i];
          if (next[i] >= 0) back[next[i]] = back[i];
        };
        for (let i = n - 1; i >= 0; i--) hang(i);
        let best = Infinity, b = -1;
        const nearest = (a, previous) => {
          const wa = w[a], x = cx[a], y = cy[a], least = wa / (wa + 1) * 0.999;
          best = Infinity; b = -1;
          if (previous >= 0) {
            const dx = cx[previous] - x, dy = cy[previous] - y;
            best = wa * w[previous] / (wa + w[previous]) * (dx * dx + dy * dy);
            b = previous;
          }
          const column = cell[a] % columns, row = (cell[a] - column) / columns;
          const look = c => {
            for (let j = head[c]; j >= 0; j = next[j]) {
              const dx = cx[j] - x, dy = cy[j] - y, square = dx * dx + dy * dy;
              if (least * square > best || j === a || j === previous) continue;
              const loss = wa * w[j] / (wa + w[j]) * square;
              if (loss < best || (loss === best && b !== previous && j < b)) { best = loss; b = j; }
            }
          };
          const most = Math.max(columns, rows);
          for (let ring = 0; ring < most; ring++) {
            const away = (ring - 1) * SIZE;
            if (away > 0 && least * away * away > best) break;
            const low = Math.max(0, column - ring), high = Math.min(columns - 1, column + ring);
            for (let r = Math.max(0, row - ring); r <= Math.min(rows - 1, row + ring); r++) {
              if (Math.abs(r - row) === ring) for (let c = low; c <= high; c++) look(r * columns + c);
              else {
                if (column - ring >= 0) look(r * columns + column - ring);
                if (ring > 0 && column + ring < columns) look(r * columns + column + ring);
              }
            }
          }
        };
        const chain = [];
        let first = 0;
        while (merges.length < n - 1) {
          while (!alive[first]) first++;
          if (chain.length === 0) chain.push(first);
          const a = chain[chain.length - 1];
          const previous = chain.length > 1 ? chain[chain.length - 2] : -1;
          nearest(a, previous);
          if (b !== previous) { chain.push(b); continue; }
          chain.pop(); chain.pop();
          const keep = Math.min(a, b), drop = Math.max(a, b);
          merges.push({ first: keep, second: drop, loss: best });
          unhang(keep); unhang(drop);
          alive[drop] = 0;
          w[keep] += w[drop]; sx[keep] += sx[drop]; sy[keep] += sy[drop];
          cx[keep] = sx[keep] / w[keep]; cy[keep] = sy[keep] / w[keep];
          hang(keep);
        }
        merges.sort((p, q) => p.loss - q.loss);
        return merges;
      }

      // The label of every point after all merges but the last k - 1; labels in order of first points.
      function cut(merges, n, k) {
        const root = new Int32Array(n);
        for (let i = 0; i < n; i++) root[i] = i;
        const find = i => { while (root[i] !== i) { root[i] = root[root[i]]; i = root[i]; } return i; };
        for (let i = 0; i < n - k; i++) {
          const a = find(merges[i].first), b = find(merges[i].second);
          root[Math.max(a, b)] = Math.min(a, b);
        }
        const label = new Int32Array(n), names = new Map();
        for (let i = 0; i < n; i++) {
          const r = find(i);
          if (!names.has(r)) names.set(r, names.size);
          label[i] = names.get(r);
        }
        return label;
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

      function relativeLosses(merges) {
        const n = merges.length + 1, loss = new Float64Array(n + 1);
        let sum = 0;
        for (let i = 0; i < merges.length; i++) { sum += merges[i].loss; loss[n - 1 - i] = sum; }
        const total = sum;
        for (let k = 1; k <= n; k++) loss[k] = total > 0 ? loss[k] / total : 0;
        return loss;
      }

      function divide(xs, ys, settings) {
        const n = xs.length;
        if (n === 0) return { label: new Int32Array(0), k: 0, silhouettes: [], loss: 0 };
        const merges = ward(xs, ys), losses = relativeLosses(merges);
        const silhouettes = [];
        let k = 1;
        if (settings.method === "ward-loss") {
          while (k < n && losses[k] > settings.relativeLoss) k++;
        } else {
          let best = -Infinity;
          for (let j = 2; j <= Math.min(MAXIMUM_K, n); j++) {
            const value = silhouette(xs, ys, cut(merges, n, j), j);
            silhouettes.push(value);
            if (value > best) { best = value; k = j; }
          }
          if (best < BOUND) k = 1;
        }
        return { label: cut(merges, n, k), k, silhouettes, loss: losses[k] };
      }

      // Clusters of cores within reach of each other; any other point joins its nearest core.
      function linked(points, dense) {
        const label = new Int32Array(points.length).fill(-1);
        let k = 0;
        for (let i = 0; i < points.length; i++) {
          if (!dense.core[i] || label[i] >= 0) continue;
          const stack = [i];
          label[i] = k;
          while (stack.length) dense.around(points[stack.pop()], other => {
            if (dense.core[other] && label[other] < 0) { label[other] = k; stack.push(other); }
          });
          k++;
        }
        for (let i = 0; i < points.length; i++) {
          if (dense.core[i] || !dense.near[i]) continue;
          let best = Infinity, chosen = -1;
          dense.around(points[i], (other, square) => {
            if (!dense.core[other]) return;
            if (square < best || (square === best && other < chosen)) { best = square; chosen = other; }
          });
          label[i] = label[chosen];
        }
        return { label, k };
      }

      function find(map, sensitivity, settings) {
        const { values, width, height } = map;
        if (!map.ranked) map.ranked = ranking(values);
        const selected = select(map.ranked, sensitivity);
        // The number of points tells which they are: the strongest.
        const key = `${settings.method} ${settings.relativeLoss} ${selected.points.length}`;
        if (map.key === key) return { ...map.answer, asked: selected.asked };
        const dense = density(selected.points, width, height, radiusFor(width, height));
        const kept = selected.points.map((p, i) => ({ p, i })).filter(o => dense.near[o.i]);
        const xs = kept.map(o => o.p % width), ys = kept.map(o => Math.floor(o.p / width));
        let parts;
        if (settings.method === "dbscan") {
          const all = linked(selected.points, dense);
          parts = { label: Int32Array.from(kept, o => all.label[o.i]), k: all.k, silhouettes: [], loss: 0 };
        } else parts = divide(xs, ys, settings);
        const centre = centroids(xs, ys, parts.label, parts.k), circles = [];
        let dropped = 0;
        for (let c = 0; c < parts.k; c++) {
          if (centre.w[c] < SHARE * kept.length) { dropped++; continue; }
          let square = 0, mass = 0, first = -1;
          const members = [];
          for (let i = 0; i < kept.length; i++) {
            if (parts.label[i] !== c) continue;
            if (first < 0) first = kept[i].p;
            const dx = xs[i] - centre.x[c], dy = ys[i] - centre.y[c];
            square = Math.max(square, dx * dx + dy * dy);
            mass += values[kept[i].p];
            members.push(kept[i].p);
          }
          circles.push({ x: centre.x[c] + 0.5, y: centre.y[c] + 0.5, radius: Math.sqrt(square),
            mass, first, members });
        }
        circles.sort((a, b) => b.mass - a.mass || a.first - b.first);
        map.key = key;
        map.answer = { signals: selected.points.length, asked: selected.asked, kept: kept.map(o => o.p),
          clusters: parts.k, dropped, silhouettes: parts.silhouettes, loss: parts.loss, circles };
        return map.answer;
      }

      // The circle around the members as they lie on the original image.
      function onOriginal(members, width, geometry) {
        const xs = members.map(p => geometry.originX + (p % width + 0.5) * geometry.scaleX);
        const ys = members.map(p => geometry.originY + (Math.floor(p / width) + 0.5) * geometry.scaleY);
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

      return { find, onOriginal, decode };
    })();
    """#
}
