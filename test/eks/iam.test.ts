import { readFile } from 'node:fs/promises';
import t from 'tap';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const list = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);
const read = async (name: string): Promise<Statement[]> => {
  const file = new URL(`../../charts/karpenter-nodes/iam/${name}.json`, import.meta.url);
  return (JSON.parse(await readFile(file, 'utf8')) as { Statement: Statement[] }).Statement;
};
const isRead = (action: string): boolean => /^\w+:(Describe|List|Get|Validate)/.test(action);
const keys = ({ Condition = {} }: Statement): string[] => Object.values(Condition).flatMap((one) => Object.keys(one));

for (const name of ['owner', 'runner'])
  t.test(
    `${name}: only allows, by named actions, each statement with its reason, within the size of a policy`,
    async (t) => {
      const statements = await read(name);
      for (const { Sid, Effect, Action } of statements) {
        t.equal(Effect, 'Allow', Sid);
        for (const action of list(Action)) {
          t.match(action, /^[a-z0-9-]+:[A-Z]\w+\*?$/, Sid);
          if (action.endsWith('*'))
            t.match(action, /:(Describe|List|AuthorizeSecurityGroup|RevokeSecurityGroup)\*$/, Sid);
        }
      }
      t.equal(new Set(statements.map(({ Sid }) => Sid)).size, statements.length, 'Sids tell statements apart');
      t.ok(
        JSON.stringify({ Version: '2012-10-17', Statement: statements }).length <= 6144,
        'IAM takes 6,144 characters',
      );
    },
  );

t.test('runner: whatever changes something asks for the tag pado.dev/allow', async (t) => {
  for (const statement of await read('runner')) {
    const changing = list(statement.Action).filter((action) => !isRead(action));
    if (changing.length === 0) continue;
    const tag = Object.entries(statement.Condition?.StringEquals ?? {}).find(([key]) =>
      key.endsWith('/pado.dev/allow'),
    );
    t.match(tag?.[0], /^aws:(ResourceTag|RequestTag)\/pado\.dev\/allow$/, statement.Sid);
    t.equal(tag?.[1], 'true', statement.Sid);
    t.notOk(list(statement.Resource).includes('*'), statement.Sid);
  }
});

t.test('runner: instances have to be of its own cluster, and it cannot set the tag itself', async (t) => {
  const statements = await read('runner');
  const ec2 = statements.filter(({ Action }) => list(Action).some((action) => /^ec2:(Stop|Terminate)/.test(action)));
  t.equal(ec2.length, 1);
  t.ok(keys(ec2[0] as Statement).includes('aws:ResourceTag/eks:eks-cluster-name'));
  const actions = statements.flatMap(({ Action }) => list(Action));
  for (const never of ['ec2:CreateTags', 'iam:PassRole', 'sts:AssumeRole']) t.notOk(actions.includes(never), never);
});

t.test(
  'owner: whatever changes something is bound to names or tags of the workshop, or to a service of AWS',
  async (t) => {
    for (const statement of await read('owner')) {
      if (list(statement.Action).every(isRead)) continue;
      // The first one also holds servicequotas:GetServiceQuota and the like, which isRead covers.
      const isNamed = list(statement.Resource).every((one) => /pado|aws-service-role|oidc\.eks/.test(one));
      const isTagged = keys(statement).some((key) => /^aws:(Request|Resource)Tag\//.test(key));
      t.ok(isNamed || isTagged, statement.Sid);
    }
  },
);

t.test('owner: roles get only known policies and go only to services that need them', async (t) => {
  const statements = await read('owner');
  const of = (action: string) => statements.filter(({ Action }) => list(Action).includes(action));
  t.ok(of('iam:AttachRolePolicy').every((one) => keys(one).includes('iam:PolicyARN')));
  t.ok(of('iam:PassRole').every((one) => keys(one).includes('iam:PassedToService')));
  t.ok(of('iam:CreateServiceLinkedRole').every((one) => keys(one).includes('iam:AWSServiceName')));
});

t.test(
  'owner: reads tags of instance profiles and removes them, also under the path that Karpenter gives them',
  async (t) => {
    const statements = await read('owner');
    for (const action of ['ListInstanceProfileTags', 'RemoveRoleFromInstanceProfile', 'DeleteInstanceProfile']) {
      const [statement] = statements.filter(({ Action }) => list(Action).includes(`iam:${action}`));
      // Karpenter's path is /karpenter/<region>/<cluster>/<id of the node class>/.
      for (const resource of ['pado*', 'karpenter/*/pado*'])
        t.ok(list(statement?.Resource ?? []).includes(`arn:aws:iam::*:instance-profile/${resource}`), action);
    }
  },
);
