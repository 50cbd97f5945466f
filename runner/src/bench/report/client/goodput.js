/* Draws the share of good answers over time, in the browser. uPlot stands before this script. */
(() => {
  const source = document.getElementById('goodput-data');
  const place = document.getElementById('goodput-chart');
  if (source === null || place === null) return;
  const { x, bands, revert, names, words } = JSON.parse(source.textContent);

  /** Colours follow the page's scheme, so they are read at each drawing. */
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  /** Twenty per cent of a colour that is written as #rgb or #rrggbb. */
  const faint = (name) => `${color(name)}33`;
  const font = '13px system-ui, sans-serif';
  const height = 340;
  const paperWidth = 640;
  const percent = (value) => (value === null || value === undefined ? '' : `${Number((value * 100).toFixed(1))}%`);

  const drawClear = (chart) => {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.fillStyle = color('shade');
    const [from, to] = [chart.valToPos(0, 'x', true), chart.valToPos(revert, 'x', true)];
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.restore();
  };
  const draw = (chart) => {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.scale(devicePixelRatio, devicePixelRatio);
    ctx.font = font;
    ctx.textAlign = 'left';
    ctx.lineJoin = 'round';
    ctx.fillStyle = ctx.strokeStyle = color('bad');
    const [left, top, bottom] = [bbox.left, bbox.top, bbox.top + bbox.height].map((value) => value / devicePixelRatio);
    // Under the plot's middle, where neither 0% nor 100% runs.
    for (const [second, text, row] of [
      [0, words.inject, 0],
      [revert, words.revert, 1],
    ]) {
      const at = chart.valToPos(second, 'x') + left;
      ctx.lineWidth = 1.5;
      ctx.setLineDash([5, 4]);
      ctx.beginPath();
      ctx.moveTo(at, top);
      ctx.lineTo(at, bottom);
      ctx.stroke();
      ctx.lineWidth = 4;
      ctx.setLineDash([]);
      ctx.strokeStyle = color('surface');
      ctx.strokeText(text, at + 5, (top + bottom) / 2 + row * 18);
      ctx.strokeStyle = color('bad');
      ctx.fillText(text, at + 5, (top + bottom) / 2 + row * 18);
    }
    ctx.restore();
  };

  const axis = (more) => ({
    stroke: () => color('muted'),
    font,
    grid: { stroke: () => color('line'), width: 1 },
    ticks: { stroke: () => color('line'), width: 1 },
    ...more,
  });
  const value = (_, one) => percent(one);
  const edge = (label, tone) => ({
    label,
    value,
    stroke: () => faint(tone),
    width: 1,
    points: { show: false },
  });
  const middle = (label, tone, dash) => ({
    ...edge(label, tone),
    stroke: () => color(tone),
    width: 3,
    dash,
  });
  const arms = [
    ['a', 'arm-0', [8, 4]],
    ['b', 'arm-1', undefined],
  ];
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height,
      cursor: { points: { size: 8 }, drag: { x: false, y: false } },
      scales: { x: { time: false }, y: { range: [-0.02, 1.06] } },
      axes: [
        axis({ size: 34, values: (_, all) => all.map((one) => `${one} s`) }),
        axis({ size: 56, splits: () => [0, 0.25, 0.5, 0.75, 1], values: (_, all) => all.map(percent) }),
      ],
      series: [
        { label: words.seconds, value: (_, one) => (one === null ? '' : `${one} s`) },
        ...arms.flatMap(([arm, tone, dash]) => [
          edge(`${names[arm]}, ${words.most}`, tone),
          edge(`${names[arm]}, ${words.least}`, tone),
          middle(`${names[arm]}, ${words.median}`, tone, dash),
        ]),
      ],
      bands: [
        { series: [1, 2], fill: () => faint('arm-0') },
        { series: [4, 5], fill: () => faint('arm-1') },
      ],
      legend: { markers: { width: 3, dash: (_, index) => (index === 3 ? 'dashed' : 'solid') } },
      hooks: { drawClear: [drawClear], draw: [draw] },
    },
    [x, ...arms.flatMap(([arm]) => [bands[arm].high, bands[arm].low, bands[arm].median])],
    place,
  );
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height })).observe(place);

  const redraw = () => {
    chart.redraw(false, true);
    // The legend's colours are set once by the library.
    for (const [index, marker] of [...place.querySelectorAll('.u-marker')].slice(-6).entries()) {
      const tone = index < 3 ? 'arm-0' : 'arm-1';
      marker.style.borderColor = index % 3 === 2 ? color(tone) : faint(tone);
    }
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    // Paper is light, whatever the screen is; charts are drawn before the paper's own rules hold.
    document.documentElement.classList.add('paper');
    redraw();
    chart.setSize({ width: paperWidth, height });
  });
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('paper');
    redraw();
    chart.setSize({ width: place.clientWidth, height });
  });
})();
