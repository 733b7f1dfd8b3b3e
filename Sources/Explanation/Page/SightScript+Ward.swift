extension SightScript {
  /// Ward's method: the twin of `WardLinkage`, with a grid for its searches.
  static let ward = #"""
      // Ward's merges by nearest-neighbour chain, in ascending order of loss. Clusters hang in square
      // cells, hung anew in larger ones whenever half are left, so that a search looks at near ones alone.
      // The loss at a distance is at least that with the lightest cluster (a little less, for rounding),
      // which tells when to stop.
      function ward(xs, ys) {
        const n = xs.length, merges = [];
        if (n === 0) return merges;
        const w = new Float64Array(n).fill(1), alive = new Uint8Array(n).fill(1);
        const sx = Float64Array.from(xs), sy = Float64Array.from(ys);
        const cx = Float64Array.from(xs), cy = Float64Array.from(ys);
        let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
        for (let i = 0; i < n; i++) {
          left = Math.min(left, xs[i]); right = Math.max(right, xs[i]);
          top = Math.min(top, ys[i]); bottom = Math.max(bottom, ys[i]);
        }
        const cell = new Int32Array(n), next = new Int32Array(n), back = new Int32Array(n);
        let size = 1, columns = 1, rows = 1, head = null, light = null, lightest = 1;
        const hang = i => {
          const c = Math.floor((cy[i] - top) / size) * columns + Math.floor((cx[i] - left) / size);
          cell[i] = c; back[i] = -1; next[i] = head[c];
          if (head[c] >= 0) back[head[c]] = i;
          head[c] = i;
          if (w[i] < light[c]) light[c] = w[i];
        };
        const unhang = i => {
          if (back[i] >= 0) next[back[i]] = next[i]; else head[cell[i]] = next[i];
          if (next[i] >= 0) back[next[i]] = back[i];
        };
        const spread = count => {
          size = Math.max(2, 1.5 * Math.sqrt((right - left + 1) * (bottom - top + 1) / count));
          columns = Math.floor((right - left) / size) + 1;
          rows = Math.floor((bottom - top) / size) + 1;
          head = new Int32Array(columns * rows).fill(-1);
          light = new Float64Array(columns * rows).fill(Infinity);
          lightest = Infinity;
          for (let i = n - 1; i >= 0; i--) if (alive[i]) { hang(i); lightest = Math.min(lightest, w[i]); }
        };
        let best = Infinity, b = -1;
        const look = (c, a, previous) => {
          const wa = w[a], x = cx[a], y = cy[a];
          for (let j = head[c]; j >= 0; j = next[j]) {
            if (j === a || j === previous) continue;
            const dx = cx[j] - x, dy = cy[j] - y;
            const loss = wa * w[j] / (wa + w[j]) * (dx * dx + dy * dy);
            if (loss < best || (loss === best && b !== previous && j < b)) { best = loss; b = j; }
          }
        };
        const nearest = (a, previous) => {
          const wa = w[a], x = cx[a] - left, y = cy[a] - top, least = wa * lightest / (wa + lightest) * 0.999;
          const own = cell[a], column = own % columns, row = (own - column) / columns;
          best = Infinity; b = -1;
          if (previous >= 0) {
            const dx = cx[previous] - cx[a], dy = cy[previous] - cy[a];
            best = wa * w[previous] / (wa + w[previous]) * (dx * dx + dy * dy);
            b = previous;
          }
          look(own, a, previous);
          // Any cluster at all: the cells around, ring by ring.
          for (let ring = 1; b < 0; ring++) {
            for (let r = Math.max(0, row - ring); r <= Math.min(rows - 1, row + ring); r++)
              for (let c = Math.max(0, column - ring); c <= Math.min(columns - 1, column + ring); c++)
                if (Math.max(Math.abs(r - row), Math.abs(c - column)) === ring)
                  look(r * columns + c, a, previous);
          }
          // What may be nearer lies within this distance.
          const reach = Math.sqrt(best / least);
          const low = Math.max(0, Math.floor((x - reach) / size));
          const high = Math.min(columns - 1, Math.floor((x + reach) / size));
          const end = Math.min(rows - 1, Math.floor((y + reach) / size));
          for (let r = Math.max(0, Math.floor((y - reach) / size)); r <= end; r++) {
            const dy = r < row ? y - (r + 1) * size : r > row ? r * size - y : 0;
            if (least * dy * dy > best) continue;
            for (let c = low; c <= high; c++) {
              const at = r * columns + c;
              if (head[at] < 0 || at === own) continue;
              const dx = c < column ? x - (c + 1) * size : c > column ? c * size - x : 0;
              const bound = wa * light[at] / (wa + light[at]) * 0.999 * (dx * dx + dy * dy);
              if (bound <= best) look(at, a, previous);
            }
          }
        };
        const chain = [];
        let first = 0, hung = n;
        spread(n);
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
          const count = n - merges.length;
          if (2 * count < hung) { hung = count; spread(count); }
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
        // A root is its cluster's first point: it is named before the others are.
        const label = new Int32Array(n);
        let names = 0;
        for (let i = 0; i < n; i++) label[i] = root[i] === i ? names++ : label[find(i)];
        return label;
      }

      // The same with one cluster less: the next merge's clusters become one, the names close up.
      function joined(label, merge) {
        const one = label[merge.first], other = label[merge.second];
        const low = Math.min(one, other), high = Math.max(one, other);
        return label.map(c => c === high ? low : c > high ? c - 1 : c);
      }
    """#
}
