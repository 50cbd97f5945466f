import t from 'tap';
import type { Arrival } from '../../../../runner/src/contracts.ts';
import { waveOf } from '../../../../runner/src/report/facts/arrivals.ts';
import { serviceMap } from '../../../../runner/src/report/map/service-map.ts';
import { waveKey } from '../../../../runner/src/report/map/wave-key.ts';
import { en } from '../../../../runner/src/report/text/en.ts';
import { slowPayments } from '../../../fixtures/journals/slow-payments.ts';

const arrival = (afterMs: number, to: string, from?: string): Arrival => ({
  ...{ place: to, to, metric: 'p99', afterMs, band: [0, 1], value: 2 },
  ...(from === undefined ? {} : { from }),
});
const wave = [
  arrival(2_000, 'payments', 'orders'),
  arrival(2_900, 'gateway'),
  arrival(5_000, 'catalog', 'gateway'),
  arrival(12_000, 'cart', 'gateway'),
];
const [naive] = slowPayments();
const drawn = (arrivals: readonly Arrival[]) =>
  serviceMap({ ...naive.pado, arrivals }, { id: 'map', label: 'map', words: en.map }).text;

t.test('the shade goes from the first arrival to the last', async (t) => {
  t.strictSame(
    wave.map((one) => waveOf(wave, one)),
    [
      { step: 0, text: '+2 s' },
      { step: 0, text: '+2.9 s' },
      { step: 1, text: '+5 s' },
      { step: 4, text: '+12 s' },
    ],
  );
  t.equal(waveOf(wave, { to: 'shipping' }), undefined);
  t.strictSame(waveOf([wave[1]!], wave[1]!), { step: 0, text: '+2.9 s' }, 'alone it is the first');
});

t.test('places that left their band have a halo and a time, all others neither', async (t) => {
  const svg = drawn(wave);
  t.equal(svg.match(/<path class="halo/g)?.length, 3);
  t.equal(svg.match(/<rect class="halo/g)?.length, 1);
  t.strictSame(
    [...svg.matchAll(/class="since"[^>]*>([^<]+)</g)].map(([, text]) => text),
    ['+5 s', '+12 s', '+2 s', '+2.9 s'],
    'calls in the order of the topology, then services',
  );
  t.notMatch(drawn([]), /halo|since/);
});

t.test('the key tells the seconds, in both languages', async (t) => {
  t.match(waveKey(wave, 'en')?.text, /\+2 s<\/span> (<i class="wave-\d"><\/i>){5} <span class="end">\+12 s/);
  t.match(waveKey(wave, 'ko')?.text, /초/);
  t.equal(waveKey([], 'en'), undefined);
  t.equal(waveKey([wave[0]!], 'en')?.text.match(/<i /g)?.length, 1);
});
