import t from 'tap';
import { changes, stage } from './commands.ts';
import { emptyWorld } from './world.ts';

const image = ['--image', '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/pado:0.1.0'];
const up = (template: string[]) => ['--yes', ...image, ...template];

t.test('without --yes it tells plan and cost, looks, and changes nothing', async (t) => {
  const { run, calls } = await stage(t, emptyWorld());
  const { code, text } = await run('up', image);
  t.equal(code, 0, text);
  t.match(text, /1\. karpenter-stack: /);
  t.match(text, /costs about 0\.77 USD an hour .*estimate of November 2026/);
  t.match(text, /nothing was done: add --yes/);
  t.same(changes(calls), []);
});

t.test('a first run makes everything in the order in which each needs the others', async (t) => {
  const { run, calls, world, template } = await stage(t, emptyWorld());
  const { code, text } = await run('up', up(template));
  t.equal(code, 0, text);
  const order = [
    /^aws cloudformation deploy --stack-name Karpenter-pado .*CAPABILITY_NAMED_IAM/,
    /^eksctl create cluster -f \S+eks\.yml --write-kubeconfig=false$/,
    /^aws eks create-access-entry .*KarpenterNodeRole-pado --type EC2_LINUX/,
    /^eksctl create podidentityassociation --cluster pado .*NodeLifecyclePolicy-pado,\S+InterruptionPolicy-pado,/,
    /^helm .*--install karpenter oci:.*settings\.clusterName=pado,settings\.interruptionQueue=pado /,
    /^helm .*--install karpenter-nodes .*nodeClass\.amiAlias=al2023@v20261110 /,
    /^helm .*--install kube-prometheus-stack /,
    /^kubectl .*create namespace shop$/,
    /^helm .*--install pado .*values-agent\.yaml .*image\.tag=0\.1\.0/,
    /^helm .*--install shop .*values-shop\.yaml /,
  ];
  const seen = calls;
  const places = order.map((pattern) => seen.findIndex((call) => pattern.test(call)));
  t.notOk(places.includes(-1), `${order[places.indexOf(-1)]} is not among\n${seen.join('\n')}`);
  t.same(
    places,
    places.toSorted((a, b) => a - b),
  );
  t.same(Object.keys(world.releases).length, 5);
  t.ok(
    seen.filter((call) => /^(helm|kubectl) (?!version)/.test(call)).every((call) => call.includes('pado.kubeconfig')),
    'helm and kubectl never use the kubeconfig of the user',
  );
});

t.test('a run when all is there changes nothing', async (t) => {
  const { run, calls, template } = await stage(t, emptyWorld());
  t.equal((await run('up', up(template))).code, 0);
  const before = calls.length;
  const { code, text } = await run('up', up(template));
  t.equal(code, 0, text);
  t.same(changes(calls.slice(before)), []);
  t.match(text, /1 of 13 steps had something to do/, 'the kubeconfig alone is written anew');
});

t.test('after a failure the next run goes on there', async (t) => {
  const { run, calls, template } = await stage(t, emptyWorld('pado', { failOn: 'helm upgrade --install karpenter ' }));
  const first = await run('up', up(template));
  t.equal(first.code, 5);
  t.match(first.text, /helm .*ended with 1: helm: something went wrong in account \*{8}9012/);
  const before = calls.length;
  t.equal((await run('up', up(template))).code, 0);
  const again = changes(calls.slice(before));
  t.notOk(again.some((call) => call.startsWith('eksctl') || call.startsWith('aws')));
  t.match(again[0], /--install karpenter /);
});

t.test('a missing program is named with the place to get it, and nothing is done', async (t) => {
  const { run, calls, template } = await stage(t, emptyWorld(), ['aws', 'kubectl', 'helm']);
  const { code, text } = await run('up', up(template));
  t.equal(code, 5);
  t.match(text, /MISSING eksctl: not on PATH\n\s+0\.230\.0 or later: https:\/\/eksctl\.io/);
  t.same(changes(calls), []);
});

t.test('an expired session is told as such, and nothing is done', async (t) => {
  const { run, calls, template } = await stage(t, emptyWorld('pado', { isExpired: true }));
  const { code, text } = await run('up', up(template));
  t.equal(code, 5);
  t.match(text, /MISSING identity: the session has expired\n\s+sign in again: aws sso login/);
  t.same(changes(calls), []);
});

t.test('another region in the environment than in the file stops it', async (t) => {
  const { run, calls, template } = await stage(t, emptyWorld());
  const { code, text } = await run('up', up(template), { AWS_REGION: 'us-east-1' });
  t.equal(code, 5);
  t.match(text, /MISSING region: the environment says us-east-1, the file ap-northeast-2/);
  t.same(changes(calls), []);
});

t.test('a region that the account has not got, too small a quota, and a stranger’s cluster are found', async (t) => {
  const region = await (await stage(t, emptyWorld('pado', { zones: 0 }))).run('preflight');
  t.equal(region.code, 5);
  t.match(region.text, /MISSING region: ap-northeast-2: Could not connect/);
  const quota = await (await stage(t, emptyWorld('pado', { quota: 5 }))).run('preflight');
  t.equal(quota.code, 5);
  t.match(
    quota.text,
    /MISSING quota of vCPUs of on-demand standard instances: 5, needs 12\n\s+aws service-quotas request/,
  );
  const stranger = await (await stage(t, emptyWorld('pado', { cluster: 'ACTIVE', tags: {} }))).run('preflight');
  t.equal(stranger.code, 5);
  t.match(stranger.text, /MISSING cluster pado: .*somebody else's/);
});

t.test('no account id is shown whole, not even with --verbose', async (t) => {
  const { run, template } = await stage(t, emptyWorld());
  const { code, text } = await run('up', [...up(template), '--verbose']);
  t.equal(code, 0, text);
  t.notMatch(text, /123456789012/);
  t.match(text, /\*{8}9012/);
});

t.test('unknown options and files are mistakes of usage', async (t) => {
  const { run } = await stage(t, emptyWorld());
  t.equal((await run('up', ['--force'])).code, 2);
  const { code, text } = await run('up', ['--file', 'nowhere.yml']);
  t.equal(code, 2, text);
});
