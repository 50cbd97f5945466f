import fc from 'fast-check';
import t from 'tap';
import { FakeServer } from './helpers/fake-api.ts';
import { Agent, armedPods } from './helpers/fleet.ts';
import { World } from './helpers/world.ts';

const kinds = [
  'lastGasp',
  'freeze',
  'cut',
  'loseAnswers',
  'slow',
  'crash',
  'restart',
  'surge',
  'mute',
  'leave',
] as const;

interface Trouble {
  readonly kind: (typeof kinds)[number];
  readonly agent: number;
  readonly at: number;
  readonly lasts: number;
}

const trouble = fc.record({
  kind: fc.constantFrom(...kinds),
  agent: fc.nat(3),
  at: fc.integer({ min: 0, max: 50_000 }),
  lasts: fc.integer({ min: 100, max: 20_000 }),
});

const plan = fc.record({
  seed: fc.nat(),
  count: fc.integer({ min: 1, max: 3 }),
  /** How many targets each agent has. */
  agents: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 2, maxLength: 4 }),
  troubles: fc.array(trouble, { maxLength: 12 }),
});

/** All trouble is over by then; 10 s for what others left, as much again for what was written late, and polls. */
const calmAt = 72_000;
const settledAt = calmAt + 40_000;

async function play({ seed, count, agents: sizes, troubles }: typeof plan extends fc.Arbitrary<infer T> ? T : never) {
  const world = new World();
  const server = new FakeServer();
  const all: Agent[] = [];
  let most = 0;
  let seeds = seed;
  const podsOf = (index: number) => Array.from({ length: sizes[index]! }, (_, n) => `pod-${index}-${n}`);
  const start = (index: number) => {
    seeds += 1;
    const pods = podsOf(index);
    const agent = new Agent(world, server, { identity: `node-${index}`, pods, count, seed: seeds });
    all.push(agent);
    return agent;
  };
  const current = sizes.map((_, index) => start(index));
  const restart = (index: number) => {
    current[index] = start(index);
  };
  const suffer = ({ kind, agent: nth, at, lasts }: Trouble) => {
    const index = nth % sizes.length;
    world.at(at, () => {
      const agent = current[index]!;
      const later = (run: () => void) => world.at(world.now + lasts, run);
      if (kind === 'lastGasp') {
        // Cut off, and frozen when it is about to let go: its last word leaves as late as can be.
        agent.network.isCut = true;
        world.at(world.now + 1_500 + (lasts % 2_500), () => agent.process.freeze());
        world.at(world.now + 20_000, () => {
          agent.network.isCut = false;
          agent.process.thaw();
        });
      } else if (kind === 'freeze') {
        agent.process.freeze();
        later(() => agent.process.thaw());
      } else if (kind === 'cut') {
        agent.network.isCut = true;
        later(() => {
          agent.network.isCut = false;
        });
      } else if (kind === 'loseAnswers') {
        agent.network.losesAnswers = true;
        later(() => {
          agent.network.losesAnswers = false;
        });
      } else if (kind === 'slow') {
        agent.network.slowMs = (lasts / 4) * (0.5 + (at % 7) / 7);
        later(() => {
          agent.network.slowMs = 0;
        });
      } else if (kind === 'crash') {
        agent.kill();
        later(() => current[index] === agent && restart(index));
      } else if (kind === 'restart') {
        agent.kill();
        restart(index);
      } else if (kind === 'surge') {
        // The younger one is there while the older one, with the same identity, goes on for a while.
        restart(index);
        later(() => agent.kill());
      } else if (kind === 'mute') {
        agent.isMute = true;
        later(() => {
          agent.isMute = false;
        });
      } else {
        agent.want([]);
        later(() => agent.want(podsOf(index)));
      }
    });
  };
  for (const each of troubles) suffer(each);
  world.onStep = () => {
    const armed = armedPods(world, all);
    most = Math.max(most, armed.size);
    if (armed.size > count) throw new Error(`at ${world.now} ms ${[...armed].join(', ')} are armed; ${count} may be`);
  };
  await world.run(settledAt);
  const wanted = Math.min(
    count,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const armed = armedPods(world, all);
  if (armed.size !== wanted) throw new Error(`${armed.size} of ${wanted} are armed 40 s after the last trouble`);
  return most;
}

t.test('never more pods than slots, whatever happens to agents, and all slots in use soon after', async () => {
  const runs = Number(process.env.PADO_TEST_RUNS ?? 150);
  await fc.assert(
    fc.asyncProperty(plan, async (given) => {
      await play(given);
    }),
    { numRuns: runs },
  );
});
