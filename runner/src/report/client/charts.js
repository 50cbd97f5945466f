/* Draws the charts of a report, in the browser. uPlot stands before this script. */
(() => {
  const source = document.getElementById('panels');
  if (source === null) return;
  const { panels, words } = JSON.parse(source.textContent);

  /** Colours follow the page's scheme, so they are read at each drawing. */
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const tones = {
    good: { color: 'ok', width: 2.5 },
    degraded: { color: 'warn', width: 2.5, dash: [8, 4] },
    bad: { color: 'bad', width: 2.5, dash: [2, 3] },
    'in-flight': { color: 'arm-1', width: 2.5 },
    queued: { color: 'bad', width: 2.5, dash: [8, 4] },
    'arm-0': { color: 'arm-0', width: 2.5 },
    'arm-1': { color: 'arm-1', width: 3.5 },
    'arm-2': { color: 'arm-2', width: 2.5, dash: [8, 4] },
    'line-0': { color: 'arm-0', width: 2.5 },
    'line-1': { color: 'arm-1', width: 2.5, dash: [8, 4] },
    'line-2': { color: 'arm-2', width: 2.5 },
    'line-3': { color: 'ok', width: 2.5, dash: [2, 3] },
    'line-4': { color: 'warn', width: 2.5, dash: [8, 4] },
    'line-5': { color: 'muted', width: 2.5, dash: [2, 3] },
  };

  /** The legend's frame is broken like the line. */
  const markerOf = (line) => {
    const [stroke] = (line && tones[line.tone].dash) ?? [];
    return stroke === undefined ? 'solid' : stroke > 4 ? 'dashed' : 'dotted';
  };

  const short = (value) => (Math.abs(value) < 1e6 ? String(Number(value.toPrecision(3))) : value.toExponential(1));
  const inUnit = {
    s: (value) => (value !== 0 && value < 1 ? `${short(value * 1000)} ms` : `${short(value)} s`),
    rps: (value) => `${short(value)}/s`,
    count: short,
    ratio: (value) => `${short(value * 100)}%`,
  };
  /** Units of probes are the user's own words; a long one would not fit beside an axis. */
  const formatOf = (unit) =>
    (Object.hasOwn(inUnit, unit) && inUnit[unit]) ||
    ((value) => `${short(value)}${unit === '%' || unit === '' ? unit : ` ${unit}`}`);

  const height = 240;
  /** A4 and Letter in CSS pixels, without margins and the card's own padding. */
  const paperWidth = 640;
  const font = '13px system-ui, sans-serif';

  /** The fault's window lies behind the lines, the limit and the labels above them. */
  const marks = ({ shades, limit }) => ({
    drawClear: (chart) => {
      const { ctx, bbox } = chart;
      ctx.save();
      ctx.fillStyle = color('shade');
      // Windows of several runs overlap: together they are as dark as one.
      ctx.globalAlpha = 1 / shades.length;
      for (const [from, to] of shades) {
        const start = Math.max(bbox.left, chart.valToPos(from, 'x', true));
        const end = Math.min(bbox.left + bbox.width, chart.valToPos(to, 'x', true));
        ctx.fillRect(start, bbox.top, end - start, bbox.height);
      }
      ctx.restore();
    },
    draw: (chart) => {
      const { ctx, bbox } = chart;
      ctx.save();
      ctx.scale(devicePixelRatio, devicePixelRatio);
      ctx.font = font;
      const left = bbox.left / devicePixelRatio;
      if (shades.length > 0) {
        ctx.fillStyle = color('bad');
        ctx.textAlign = 'left';
        ctx.fillText(words.fault, chart.valToPos(0, 'x') + left + 5, bbox.top / devicePixelRatio + 14);
      }
      if (limit !== undefined) {
        const right = left + bbox.width / devicePixelRatio;
        const y = chart.valToPos(limit.value, 'y') + bbox.top / devicePixelRatio;
        ctx.strokeStyle = color('ink');
        ctx.fillStyle = color('ink');
        ctx.lineWidth = 1.5;
        ctx.setLineDash([5, 4]);
        ctx.beginPath();
        ctx.moveTo(left, y);
        ctx.lineTo(right, y);
        ctx.stroke();
        ctx.textAlign = 'right';
        ctx.setLineDash([]);
        ctx.strokeStyle = color('surface');
        ctx.lineWidth = 4;
        ctx.lineJoin = 'round';
        ctx.strokeText(limit.label, right - 4, y - 6);
        ctx.fillText(limit.label, right - 4, y - 6);
      }
      ctx.restore();
    },
  });

  const axis = (more) => ({
    stroke: () => color('muted'),
    font,
    grid: { stroke: () => color('line'), width: 1 },
    ticks: { stroke: () => color('line'), width: 1 },
    ...more,
  });

  /** From the lowest to the highest, and a little more; a line along the zero needs some height too. */
  const room = ({ bottom, top }) => {
    const height = top - bottom || 1;
    return [bottom < 0 ? bottom - height * 0.08 : 0, bottom + height * 1.12];
  };

  /** One time for all charts, so that what is below one another happened together. */
  const ends = panels.flatMap(({ x }) => [x[0], x.at(-1)]);
  const whole = [Math.min(...ends), Math.max(...ends)];

  const draw = (place) => {
    const panel = panels[Number(place.dataset.panel)];
    const format = formatOf(panel.unit);
    const onAxis = panel.unit.length > 5 ? short : format;
    const { drawClear, draw: drawMarks } = marks(panel);
    const shown = (_, value) => (value === null || value === undefined ? '' : format(value));
    const options = {
      width: place.clientWidth,
      height,
      cursor: { sync: { key: 'report' }, points: { size: 8 }, drag: { x: false, y: false } },
      scales: { x: { time: false, range: whole }, y: { range: room(panel) } },
      axes: [
        axis({ size: 34, values: (_, values) => values.map((value) => `${value} s`) }),
        axis({ size: 66, values: (_, values) => values.map(onAxis) }),
      ],
      series: [
        { label: words.seconds, value: (_, value) => (value === null ? '' : `${value} s`) },
        ...panel.lines.map(({ label, tone }) => ({
          label,
          value: shown,
          stroke: () => color(tones[tone].color),
          width: tones[tone].width,
          dash: tones[tone].dash,
          points: { show: false },
        })),
      ],
      legend: { markers: { width: 3, dash: (_, index) => markerOf(panel.lines[index - 1]) } },
      hooks: { drawClear: [drawClear], draw: [drawMarks] },
    };
    const chart = new uPlot(options, [panel.x, ...panel.lines.map(({ values }) => values)], place);
    new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height })).observe(place);
    return chart;
  };

  const charts = new Map();
  /** What is folded is drawn when it is opened. */
  const drawOpen = () => {
    for (const place of document.querySelectorAll('.chart'))
      if (!charts.has(place) && place.closest('details:not([open])') === null) charts.set(place, draw(place));
  };
  const redraw = () => {
    for (const [place, chart] of charts) {
      chart.redraw(false, true);
      // The legend's colours are set once by the library.
      const { lines } = panels[Number(place.dataset.panel)];
      const markers = [...place.querySelectorAll('.u-marker')].slice(-lines.length);
      for (const [index, marker] of markers.entries()) marker.style.borderColor = color(tones[lines[index].tone].color);
    }
  };
  drawOpen();
  for (const details of document.querySelectorAll('details')) details.addEventListener('toggle', drawOpen);

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  addEventListener('beforeprint', () => {
    // The raw facts are many pages: they are printed where the reader has opened them.
    for (const details of document.querySelectorAll('section:not([aria-labelledby=facts]) details'))
      details.open = true;
    // Paper is light, whatever the screen is; charts are drawn before the paper's own rules hold.
    document.documentElement.classList.add('paper');
    drawOpen();
    redraw();
    for (const chart of charts.values()) chart.setSize({ width: paperWidth, height });
  });
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('paper');
    redraw();
    for (const [place, chart] of charts) chart.setSize({ width: place.clientWidth, height });
  });
})();
