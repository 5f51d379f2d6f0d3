'use strict';
// Draws the charts of the page from the numbers in #data. Marks are told apart by shape, hatching and place, never by
// colour alone; every colour is a variable of the style sheet, which knows dark, light and paper.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const count = d3.format(',');
  const short = value => (Math.abs(value) >= 1e5 ? d3.format('.0e')(value) : String(+value.toPrecision(3)));

  // A drawing area with margins, in a box of that id; null where the page has no such box.
  function drawing(id, width, height, margin, title) {
    const box = document.getElementById(id);
    if (!box) return null;
    const svg = d3.select(box).append('svg').attr('viewBox', `0 0 ${width} ${height}`).attr('role', 'img').attr('aria-label', title);
    return { svg, width, height, margin, right: width - margin.right, bottom: height - margin.bottom };
  }

  function hatching(svg) {
    if (document.getElementById('hatch')) return;
    const pattern = svg.append('defs').append('pattern').attr('id', 'hatch').attr('patternUnits', 'userSpaceOnUse')
      .attr('width', 6).attr('height', 6).attr('patternTransform', 'rotate(45)');
    pattern.append('rect').attr('class', 'hatch-ground').attr('width', 6).attr('height', 6);
    pattern.append('line').attr('class', 'hatch-line').attr('y2', 6);
  }

  // Ticks of a log axis: 1, 2 and 5 of each decade, or the decades alone where those are many.
  function logTicks(scale) {
    const [lo, hi] = scale.domain();
    const first = Math.floor(Math.log10(lo));
    const last = Math.ceil(Math.log10(hi));
    const steps = last - first > 3 ? [1] : [1, 2, 5];
    const ticks = [];
    for (let decade = first; decade <= last; decade++) {
      steps.forEach(step => { const tick = step * 10 ** decade; if (tick >= lo * 0.999 && tick <= hi * 1.001) ticks.push(tick); });
    }
    return ticks.length > 1 ? ticks : scale.ticks(4);
  }

  function axes(plot, x, y, labels, kinds = {}) {
    const { svg, margin, right, bottom } = plot;
    const xAxis = d3.axisBottom(x).tickSizeOuter(0);
    if (kinds.x === 'log') xAxis.tickValues(logTicks(x)).tickFormat(short);
    else if (kinds.x === 'whole') xAxis.tickValues(whole(x)).tickFormat(d3.format('d'));
    else xAxis.ticks(5);
    const yAxis = d3.axisLeft(y).tickSizeOuter(0);
    if (kinds.y === 'log') yAxis.tickValues(logTicks(y)).tickFormat(short);
    else yAxis.ticks(kinds.yTicks || 5);
    svg.append('g').attr('class', 'grid').attr('transform', `translate(${margin.left},0)`)
      .call(d3.axisLeft(y).tickValues(kinds.y === 'log' ? logTicks(y) : y.ticks(kinds.yTicks || 5)).tickSize(margin.left - right).tickFormat(''));
    svg.append('g').attr('class', 'axis').attr('transform', `translate(0,${bottom})`).call(xAxis);
    svg.append('g').attr('class', 'axis').attr('transform', `translate(${margin.left},0)`).call(yAxis);
    svg.append('text').attr('class', 'soft').attr('x', (margin.left + right) / 2).attr('y', bottom + 34).attr('text-anchor', 'middle').text(labels.x);
    svg.append('text').attr('class', 'soft').attr('transform', `translate(14,${(margin.top + bottom) / 2}) rotate(-90)`)
      .attr('text-anchor', 'middle').text(labels.y);
  }

  function whole(x) {
    const [lo, hi] = x.domain();
    const all = d3.range(Math.ceil(lo), Math.floor(hi) + 1);
    const step = Math.ceil(all.length / 8);
    return all.filter(value => (value - all[0]) % step === 0);
  }

  function title(plot, text, more) {
    const line = plot.svg.append('text').attr('x', plot.margin.left).attr('y', 14);
    line.append('tspan').attr('class', 'title').text(text);
    if (more) line.append('tspan').attr('class', 'soft').text('   ' + more);
  }

  function padded(values, share) {
    const [lo, hi] = d3.extent(values);
    return [lo / share, hi * share];
  }

  function distributions() {
    const shown = data.distributions.filter(one => one.bins.length > 0);
    if (shown.length === 0) return;
    const values = shown.flatMap(one => one.bins.flatMap(bin => [bin[0], bin[1]]));
    const largest = d3.max(values);
    const near = shown.flatMap(one => (one.levels || []).filter(level => level > 0 && level < 3 * largest && level > d3.min(values) / 3));
    const domain = padded([...values, ...near], 1.08);
    const row = 178;
    const plot = drawing('chart-deviation', 960, row * shown.length + 18, { top: 26, right: 20, bottom: 40, left: 66 }, 'Frames by max_devi_f, eV/Å');
    hatching(plot.svg);
    const x = d3.scaleLog().domain(domain).range([plot.margin.left, plot.right]);
    shown.forEach((one, i) => {
      const area = { svg: plot.svg.append('g').attr('transform', `translate(0,${i * row})`), margin: plot.margin, right: plot.right, bottom: row - 26 };
      const y = d3.scaleLinear().domain([0, d3.max(one.bins, bin => bin[2])]).nice(4).range([area.bottom, 48]);
      area.margin = { ...plot.margin, top: 48 };
      axes(area, x, y, { x: i === shown.length - 1 ? 'max_devi_f, eV/Å (log)' : '', y: 'frames' }, { x: 'log', yTicks: 4 });
      title(area, one.title, one.more);
      const bars = (name, value) => area.svg.append('g').selectAll('rect').data(one.bins.filter(bin => bin[value] > 0)).join('rect')
        .attr('class', name).attr('x', bin => x(bin[0])).attr('width', bin => x(bin[1]) - x(bin[0]))
        .attr('y', bin => y(bin[value])).attr('height', bin => area.bottom - y(bin[value]))
        .append('title').text(bin => `${short(bin[0])} to ${short(bin[1])} eV/Å: ${count(bin[2])} frames, ${count(bin[3])} picked`);
      bars('bar', 2);
      bars('picked', 3);
      levels(area, x, one.levels, 42);
    });
  }

  // Trust levels as lines with their names; an arrow where one lies beyond the axis.
  function levels(area, x, pair, y) {
    if (!pair) return;
    const [lo, hi] = x.domain();
    [['trust lo', 'accurate | candidate'], ['trust hi', 'candidate | failed']].forEach(([name, sides], i) => {
      const level = pair[i];
      if (level >= lo && level <= hi) {
        area.svg.append('line').attr('class', 'level').attr('x1', x(level)).attr('x2', x(level)).attr('y1', y + 3).attr('y2', area.bottom);
        area.svg.append('text').attr('x', x(level)).attr('y', y - 4).attr('text-anchor', 'middle').text(`${sides} at ${name} ${short(level)}`);
      } else if (level > hi) {
        area.svg.append('text').attr('class', 'soft').attr('x', area.right).attr('y', y - 4).attr('text-anchor', 'end').text(`failed from ${name} ${short(level)} →`);
      } else {
        area.svg.append('text').attr('class', 'soft').attr('x', area.margin.left).attr('y', y - 4).text(`← ${name} ${short(level)}`);
      }
    });
  }

  function compositions() {
    const rows = data.compositions;
    if (rows.length === 0) return;
    const margin = { top: 8, right: 150, bottom: 40, left: 30 + 7.5 * d3.max(rows, row => row[0].length) };
    const plot = drawing('chart-composition', 960, 50 + 22 * rows.length, margin, 'Frames of the pool and labelled frames by formula');
    if (!plot) return;
    hatching(plot.svg);
    const x = d3.scaleLinear().domain([0, d3.max(rows, row => row[1])]).range([margin.left, plot.right]);
    const y = d3.scaleBand().domain(rows.map(row => row[0])).range([margin.top, plot.bottom]).padding(0.25);
    plot.svg.append('g').attr('class', 'axis').attr('transform', `translate(0,${plot.bottom})`).call(d3.axisBottom(x).ticks(6).tickFormat(count).tickSizeOuter(0));
    plot.svg.append('g').attr('class', 'axis').attr('transform', `translate(${margin.left},0)`).call(d3.axisLeft(y).tickSize(0).tickPadding(6));
    plot.svg.append('text').attr('class', 'soft').attr('x', (margin.left + plot.right) / 2).attr('y', plot.bottom + 34).attr('text-anchor', 'middle').text('frames');
    plot.svg.append('text').attr('class', 'soft').attr('transform', `translate(14,${(margin.top + plot.bottom) / 2}) rotate(-90)`).attr('text-anchor', 'middle').text('formula');
    [['bar', 1], ['picked', 2]].forEach(([name, value]) => plot.svg.append('g').selectAll('rect').data(rows.filter(row => row[value] > 0)).join('rect')
      .attr('class', name).attr('x', margin.left).attr('width', row => x(row[value]) - margin.left).attr('y', row => y(row[0])).attr('height', y.bandwidth()));
    plot.svg.append('g').selectAll('text').data(rows).join('text').attr('x', row => x(row[1]) + 6).attr('y', row => y(row[0]) + y.bandwidth() / 2 + 4)
      .text(row => `${count(row[2])} of ${count(row[1])}, ${d3.format('.1f')(100 * row[2] / row[1])} %`);
  }

  const shapes = [...d3.symbolsFill];
  const margin = { top: 28, right: 16, bottom: 44, left: 62 };

  // Errors as symbols, one shape a model; series: {x, values: [model] or null, kind: solid|hollow}. Expected ones, if any:
  // {now, ahead}, pairs of x and value.
  function models(id, name, unit, xLabel, series, xKind, expected = { now: [], ahead: [] }) {
    const points = series.flatMap(one => one.values.map((value, model) => ({ x: one.x, model, value, kind: one.kind })))
      .filter(point => Number.isFinite(point.value) && point.value > 0);
    if (points.length === 0) return;
    const plot = drawing(id, 350, 290, margin, `${name} against ${xLabel}`);
    if (!plot) return;
    const foreseen = [...expected.now, ...expected.ahead];
    const xs = d3.extent([...points.map(point => point.x), ...foreseen.map(pair => pair[0])]);
    const room = xs[1] > xs[0] ? 0.08 * (xs[1] - xs[0]) : 0.5;
    const x = d3.scaleLinear().domain([xs[0] - room, xs[1] + room]).range([margin.left, plot.right]);
    const y = d3.scaleLog().domain(padded([...points.map(point => point.value), ...foreseen.map(pair => pair[1])], 1.25)).range([plot.bottom, margin.top]);
    axes(plot, x, y, { x: xLabel, y: `RMS error, ${unit} (log)` }, { x: xKind, y: 'log' });
    title(plot, name);
    const means = d3.rollups(points.filter(point => point.kind === 'solid'), some => d3.mean(some, point => point.value), point => point.x);
    plot.svg.append('path').attr('class', 'link').attr('d', d3.line(mean => x(mean[0]), mean => y(mean[1]))(d3.sort(means, mean => mean[0])));
    const many = d3.max(points, point => point.model);
    plot.svg.append('g').selectAll('path').data(points).join('path').attr('class', point => point.kind)
      .attr('transform', point => `translate(${x(point.x) + 7 * (point.model - many / 2)},${y(point.value)})`)
      .attr('d', point => d3.symbol(shapes[point.model % shapes.length], 46)())
      .append('title').text(point => `model ${point.model}: ${short(point.value)} ${unit}`);
    if (expected.ahead.length > 0) plot.svg.append('path').attr('class', 'ahead').attr('d', d3.line(pair => x(pair[0]), pair => y(pair[1]))(expected.ahead));
    plot.svg.append('g').selectAll('path').data(expected.now).join('path').attr('class', 'expected')
      .attr('transform', pair => `translate(${x(pair[0])},${y(pair[1])})`).attr('d', d3.symbol(d3.symbolTimes, 60)())
      .append('title').text(pair => `expected: ${short(pair[1])} ${unit}`);
  }

  function legend(id, entries) {
    const plot = drawing(id, 960, 24, margin, 'Symbols');
    if (!plot) return;
    plot.svg.style('grid-column', '1 / -1');
    entries.forEach(([text, shape, kind], i) => {
      const entry = plot.svg.append('g').attr('transform', `translate(${margin.left + 90 * (i % 10)},${12 + 20 * Math.floor(i / 10)})`);
      entry.append('path').attr('class', kind).attr('d', d3.symbol(shape, 46)());
      entry.append('text').attr('x', 12).attr('y', 4).text(text);
    });
  }

  const terms = [['Energy', 'meV/atom', 'energy', 1000], ['Force', 'eV/Å', 'force', 1], ['Virial', 'meV/atom', 'virial', 1000]];

  function training() {
    if (data.training.length === 0) return;
    terms.forEach(([name, unit, key, factor]) => models('chart-training', name, unit, 'iteration', data.training.flatMap(one => [
      { x: one.iteration, values: one.before.map(e => factor * e[key]), kind: 'hollow' },
      { x: one.iteration, values: one.after.map(e => factor * e[key]), kind: 'solid' },
    ]), 'whole'));
    const number = d3.max(data.training, one => one.after.length);
    legend('chart-training', d3.range(number).map(model => [`model ${model}`, shapes[model % shapes.length], 'solid']));
  }

  function accuracy() {
    const pairs = (part, key, factor) => (data.expected ? data.expected[part] : []).map(at => [at.labels, factor * at[key]]);
    terms.slice(0, 2).forEach(([name, unit, key, factor]) => models('chart-error', name + ' error by labels', unit, 'labels trained on',
      data.accuracy.map(one => ({ x: one.labels, values: one.models.map(e => factor * e[key]), kind: one.labels > 0 ? 'solid' : 'hollow' })), undefined,
      { now: pairs('pool', key, factor), ahead: pairs('ahead', key, factor) }));
  }

  function reliability() {
    if (!data.expected) return;
    terms.slice(0, 2).forEach(([name, unit, key, factor]) => {
      const found = data.expected.reliability[key];
      const bins = found.bins.filter(bin => bin.sigma > 0 && bin.error > 0);
      if (bins.length === 0) return;
      const plot = drawing('chart-reliability', 420, 300, { ...margin, left: 66 }, `${name}: error against standard deviation`);
      const x = d3.scaleLog().domain(padded(bins.map(bin => factor * bin.sigma), 1.3)).range([plot.margin.left, plot.right]);
      const y = d3.scaleLog().domain(padded(bins.map(bin => factor * bin.error), 1.3)).range([plot.bottom, margin.top]);
      axes(plot, x, y, { x: `standard deviation, ${unit} (log)`, y: `RMS error, ${unit} (log)` }, { x: 'log', y: 'log' });
      title(plot, name, `95 % interval: ${d3.format('.1f')(100 * found.coverage)} % of ${count(found.errors)}`);
      const lo = Math.max(x.domain()[0], y.domain()[0]);
      const hi = Math.min(x.domain()[1], y.domain()[1]);
      if (hi > lo) plot.svg.append('line').attr('class', 'equal').attr('x1', x(lo)).attr('x2', x(hi)).attr('y1', y(lo)).attr('y2', y(hi));
      plot.svg.append('g').selectAll('path').data(bins).join('path').attr('class', 'solid')
        .attr('transform', bin => `translate(${x(factor * bin.sigma)},${y(factor * bin.error)})`).attr('d', d3.symbol(d3.symbolCircle, 46)())
        .append('title').text(bin => `${count(bin.errors)} errors: expected ${short(factor * bin.sigma)}, found ${short(factor * bin.error)} ${unit}`);
    });
  }

  function features() {
    if (!data.features) return;
    const { pool, picks } = data.features;
    const wide = { top: 16, right: 120, bottom: 44, left: 62 };
    const plot = drawing('chart-features', 960, 460, wide, 'Picks in feature space');
    if (!plot) return;
    const all = [...pool, ...picks.flatMap(one => one.places)];
    const scale = (axis, range) => d3.scaleLinear().domain(d3.extent(all, place => place[axis])).nice().range(range);
    const x = scale(0, [wide.left, plot.right]);
    const y = scale(1, [plot.bottom, wide.top]);
    axes(plot, x, y, { x: 'first principal component (no unit)', y: 'second principal component (no unit)' });
    const marks = (places, name, shape, size, text) => plot.svg.append('g').selectAll('path').data(places).join('path').attr('class', name)
      .attr('transform', place => `translate(${x(place[0])},${y(place[1])})`).attr('d', d3.symbol(shape, size)()).append('title').text(text);
    marks(pool, 'dot', d3.symbolCircle, 10, 'a frame of the pool');
    const drawn = [['pool', d3.symbolCircle, 'dot', 10], ...picks.map((one, i) => [`iteration ${one.iteration}`, shapes[i % shapes.length], 'hollow', 46])];
    picks.forEach((one, i) => marks(one.places, 'hollow', shapes[i % shapes.length], 46, `picked in iteration ${one.iteration}`));
    drawn.forEach(([text, shape, name, size], i) => {
      plot.svg.append('path').attr('class', name).attr('transform', `translate(${plot.right + 14},${wide.top + 10 + 20 * i})`).attr('d', d3.symbol(shape, size)());
      plot.svg.append('text').attr('x', plot.right + 26).attr('y', wide.top + 14 + 20 * i).text(text);
    });
  }

  function cells(plot, list, box, text) {
    const most = d3.max(list, cell => cell[2]);
    const strength = d3.scaleLog().domain([1, Math.max(2, most)]).range([0.22, 1]);
    plot.svg.append('g').selectAll('rect').data(list).join('rect').attr('class', 'cell').attr('fill-opacity', cell => strength(cell[2]))
      .each(function place(cell) { const b = box(cell); d3.select(this).attr('x', b[0]).attr('y', b[1]).attr('width', b[2]).attr('height', b[3]); })
      .append('title').text(cell => `${count(cell[2])} ${text}`);
  }

  function parity(grid, name, unit) {
    if (!grid || grid.cells.length === 0) return;
    const plot = drawing('chart-parity', 420, 400, { ...margin, left: 66 }, `${name}: prediction against label`);
    if (!plot) return;
    const range = [grid.min, grid.max];
    const x = d3.scaleLinear().domain(range).range([plot.margin.left, plot.right]);
    const y = d3.scaleLinear().domain(range).range([plot.bottom, plot.margin.top]);
    axes(plot, x, y, { x: `label, ${unit}`, y: `prediction, ${unit}` });
    title(plot, name);
    const at = i => grid.min + (grid.max - grid.min) * i / grid.size;
    cells(plot, grid.cells, c => [x(at(c[0])), y(at(c[1] + 1)), x(at(c[0] + 1)) - x(at(c[0])), y(at(c[1])) - y(at(c[1] + 1))], 'points');
    plot.svg.append('line').attr('class', 'equal').attr('x1', x(range[0])).attr('x2', x(range[1])).attr('y1', y(range[0])).attr('y2', y(range[1]));
  }

  function deviationAndError() {
    const grid = data.deviationAndError;
    if (!grid || grid.cells.length === 0) return;
    const edge = i => 10 ** (i / grid.perDecade);
    const plot = drawing('chart-error', 350, 290, margin, 'Error against deviation');
    const x = d3.scaleLog().domain([edge(d3.min(grid.cells, c => c[0])) / 1.15, edge(d3.max(grid.cells, c => c[0]) + 1) * 1.15]).range([margin.left, plot.right]);
    const y = d3.scaleLog().domain([edge(d3.min(grid.cells, c => c[1])) / 1.15, edge(d3.max(grid.cells, c => c[1]) + 1) * 1.15]).range([plot.bottom, margin.top]);
    axes(plot, x, y, { x: 'max_devi_f, eV/Å (log)', y: 'largest force error, eV/Å (log)' }, { x: 'log', y: 'log' });
    title(plot, 'Error against deviation');
    cells(plot, grid.cells, c => [x(edge(c[0])), y(edge(c[1] + 1)), x(edge(c[0] + 1)) - x(edge(c[0])), y(edge(c[1])) - y(edge(c[1] + 1))], 'frames');
    const lo = Math.max(x.domain()[0], y.domain()[0]);
    const hi = Math.min(x.domain()[1], y.domain()[1]);
    if (hi > lo) plot.svg.append('line').attr('class', 'equal').attr('x1', x(lo)).attr('x2', x(hi)).attr('y1', y(lo)).attr('y2', y(hi));
    const level = data.trustLo;
    if (level && level >= x.domain()[0] && level <= x.domain()[1]) {
      plot.svg.append('line').attr('class', 'level').attr('x1', x(level)).attr('x2', x(level)).attr('y1', margin.top).attr('y2', plot.bottom);
      plot.svg.append('text').attr('x', x(level) + 4).attr('y', plot.bottom - 6).text(`trust lo ${short(level)}`);
    }
  }

  // Curves of d3.line with a dash and a symbol each, and their names beside their ends, from below.
  function named(plot, curves, place, unit) {
    const dashes = [null, '6 3', '2 3', '8 3 2 3', '1 4', '10 4'];
    curves.forEach((one, i) => {
      plot.svg.append('path').attr('class', 'link').attr('stroke-dasharray', dashes[i % dashes.length]).attr('d', d3.line(...place)(one.points));
      plot.svg.append('g').selectAll('path').data(one.points).join('path').attr('class', 'solid')
        .attr('transform', point => `translate(${place[0](point)},${place[1](point)})`).attr('d', d3.symbol(shapes[i % shapes.length], 46)())
        .append('title').text(point => `${one.name}: ${unit(point)}`);
    });
    let free = plot.bottom;
    d3.sort(curves.map((one, i) => ({ ...one, i, last: place[1](one.points[one.points.length - 1]) })), one => -one.last).forEach(one => {
      const at = Math.min(one.last + 4, free);
      free = at - 15;
      plot.svg.append('path').attr('class', 'solid').attr('transform', `translate(${plot.right + 12},${at - 4})`).attr('d', d3.symbol(shapes[one.i % shapes.length], 40)());
      plot.svg.append('text').attr('x', plot.right + 22).attr('y', at).text(one.name);
    });
  }

  // Of the tenth of the frames with the largest errors, how many are found among those looked at, worst foretold first.
  function foretold() {
    if (data.foretold.length === 0) return;
    const plot = drawing('chart-foretold', 560, 330, { ...margin, right: 130 }, 'Share of the worst tenth found among the frames ranked highest');
    if (!plot) return;
    const x = d3.scaleLinear().domain([0, 50]).range([plot.margin.left, plot.right]);
    const y = d3.scaleLinear().domain([0, 100]).range([plot.bottom, plot.margin.top]);
    axes(plot, x, y, { x: 'frames looked at, %', y: 'of the worst tenth found, %' });
    title(plot, 'The worst frames, found in advance');
    [[[0, 0], [50, 50]], [[0, 0], [10, 100], [50, 100]]].forEach(line => plot.svg.append('path').attr('class', 'bound')
      .attr('d', d3.line(point => x(point[0]), point => y(point[1]))(line)));
    const curves = data.foretold.map(one => ({ name: one.by, points: [[0, 0], ...one.found.map((share, i) => [5 * (i + 1), 100 * share])] }));
    named(plot, curves, [point => x(point[0]), point => y(point[1])], point => `${short(point[1])} % in ${point[0]} % of the frames`);
  }

  function times() {
    if (data.times.length === 0) return;
    const wide = { top: 16, right: 96, bottom: 44, left: 62 };
    const plot = drawing('chart-times', 960, 260, wide, 'Seconds of each stage by iteration');
    if (!plot) return;
    const points = data.times.flatMap(one => Object.entries(one.seconds).map(([stage, seconds]) => ({ iteration: one.iteration, stage, seconds })));
    const xs = d3.extent(points, point => point.iteration);
    const x = d3.scaleLinear().domain([xs[0] - 0.3, xs[1] + 0.3]).range([wide.left, plot.right]);
    const y = d3.scaleLinear().domain([0, d3.max(points, point => point.seconds)]).nice().range([plot.bottom, wide.top]);
    axes(plot, x, y, { x: 'iteration', y: 'time, s' }, { x: 'whole' });
    const curves = d3.groups(points, point => point.stage).map(([name, some]) => ({ name, points: some }));
    named(plot, curves, [point => x(point.iteration), point => y(point.seconds)], point => `${short(point.seconds)} s in iteration ${point.iteration}`);
  }

  distributions();
  compositions();
  training();
  parity(data.energyBefore, 'Energy, before', 'eV/atom');
  parity(data.energyAfter, 'Energy, after', 'eV/atom');
  parity(data.forceBefore, 'Force components, before', 'eV/Å');
  parity(data.forceAfter, 'Force components, after', 'eV/Å');
  deviationAndError();
  accuracy();
  foretold();
  reliability();
  features();
  times();
})();
