import dns from 'node:dns';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { reach } from '../../../../agent/injector/src/channel/reach.ts';
import { nameServer } from './name-server.ts';

const load = createRequire(import.meta.url);
const cluster = 'search shop.svc.cluster.local svc.cluster.local cluster.local ec2.internal\noptions ndots:5\n';

interface Setting {
  readonly host: string;
  readonly names?: Readonly<Record<string, string | null>>;
  readonly resolvConf?: string;
  readonly hosts?: string;
}

/** How a host is looked up on a system of ours; getaddrinfo is out of reach. */
async function setting(t: Test, { host, names = {}, resolvConf = cluster, hosts = '' }: Setting) {
  const { address, asked } = await nameServer(t, names);
  class Resolver extends dns.Resolver {
    constructor(options?: dns.ResolverOptions) {
      super(options);
      this.setServers([address]);
    }
  }
  const files: Readonly<Record<string, string>> = { '/etc/resolv.conf': resolvConf, '/etc/hosts': hosts };
  const own: Readonly<Record<string, unknown>> = {
    'node:dns': { Resolver },
    'node:fs': { readFileSync: (file: string) => files[file] ?? fs.readFileSync(file, 'utf8') },
  };
  const loading = ((name: string) => own[name] ?? load(name)) as NodeJS.Require;
  const way = reach(loading, { url: `http://${host}:4600`, tokenFile: undefined, caFile: undefined });
  const options = way()! as { lookup: LookupFunction };
  const lookup = (all = false) => promisify(options.lookup)(host, { all }) as Promise<unknown>;
  return { asked, lookup, options };
}

const service = 'pado-agent.pado.svc';

t.test('a Service is found by one question, by the search domain that goes on where its name ends', async (t) => {
  const { asked, lookup } = await setting(t, {
    host: service,
    names: { 'pado-agent.pado.svc.cluster.local': '10.96.0.7' },
  });
  t.equal(await lookup(), '10.96.0.7');
  t.same(await lookup(true), [{ address: '10.96.0.7', family: 4 }]);
  const question = 'A pado-agent.pado.svc.cluster.local';
  t.same(asked, [question, question], 'and each look-up asks anew');
});

t.test('a name that is not found there is looked for in the order of resolv.conf, then as it is', async (t) => {
  const { asked, lookup } = await setting(t, { host: service, names: { [service]: '10.0.0.1' } });
  t.equal(await lookup(), '10.0.0.1');
  t.same(asked, [
    'A pado-agent.pado.svc.cluster.local',
    'A pado-agent.pado.svc.shop.svc.cluster.local',
    'A pado-agent.pado.svc.svc.cluster.local',
    'A pado-agent.pado.svc.ec2.internal',
    'A pado-agent.pado.svc',
  ]);
});

t.test('a name of as many dots as ndots is first looked for as it is', async (t) => {
  const names = { 'agent.example.org': '192.0.2.1' };
  const { asked, lookup } = await setting(t, { host: 'agent.example.org', names, resolvConf: 'search lan\n' });
  t.equal(await lookup(), '192.0.2.1');
  t.same(asked, ['A agent.example.org']);
});

t.test('a name that ends in a dot is whole', async (t) => {
  const { asked, lookup } = await setting(t, { host: 'agent.', names: { agent: '192.0.2.1' } });
  t.equal(await lookup(), '192.0.2.1');
  t.same(asked, ['A agent']);
});

t.test('a name without an IPv4 address is asked for one of IPv6', async (t) => {
  const { asked, lookup } = await setting(t, { host: 'agent.', names: { agent: '' } });
  await t.rejects(lookup(), { code: 'ENODATA' });
  t.same(asked, ['A agent', 'AAAA agent']);
});

t.test('a name that nobody knows is an error, and so is one that is none', async (t) => {
  const { lookup } = await setting(t, { host: service });
  await t.rejects(lookup(), { code: 'ENOTFOUND' });
  const long = await setting(t, { host: 'x'.repeat(64), resolvConf: '' });
  await t.rejects(long.lookup());
});

t.test('a name server that is silent is asked once, and not for long', async (t) => {
  const { asked, lookup } = await setting(t, {
    host: service,
    names: { 'pado-agent.pado.svc.cluster.local': null },
  });
  await t.rejects(lookup(), { code: 'ETIMEOUT' });
  t.equal(asked.length, 1);
});

t.test('the hosts file comes first', async (t) => {
  const hosts = '# 10.0.0.9 agent\n10.0.0.8\tother agent # near\n::1 agent\n';
  const { asked, lookup } = await setting(t, { host: 'agent', hosts });
  t.same(await lookup(true), [
    { address: '10.0.0.8', family: 4 },
    { address: '::1', family: 6 },
  ]);
  const local = await setting(t, { host: 'localhost' });
  t.equal(await local.lookup(), '127.0.0.1', 'localhost is known without it');
  t.same([...asked, ...local.asked], []);
});

t.test('an https agent without a certificate to trust it by is not reached', (t) => {
  const file = t.testdir({ 'none.pem': '', 'text.pem': 'to come\n', 'broken.pem': '-----BEGIN CERTIFICATE-----\n' });
  const way = (caFile: string | undefined) => reach(load, { url: 'https://agent', tokenFile: undefined, caFile })();
  for (const caFile of [undefined, '', `${file}/missing.pem`, `${file}/none.pem`, `${file}/text.pem`, file])
    t.equal(way(caFile), undefined, String(caFile));
  t.end();
});

t.test('the port is the one of the address, or of its scheme', (t) => {
  const port = (url: string) => reach(load, { url, tokenFile: undefined, caFile: undefined })()?.port;
  t.equal(port('http://agent'), 80);
  t.equal(port('http://[::1]:4600'), '4600');
  t.end();
});
