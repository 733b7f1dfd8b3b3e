extension SightScript {
  /// Ward's method: the twin of `WardLinkage`, with a quadtree for its searches.
  static let ward = #"""
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
    """#
}
