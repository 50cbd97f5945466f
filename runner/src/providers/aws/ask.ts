import { PadoError } from '@pado/fault';
import type { AwsProbe } from '../../experiment/schema.ts';
import type { Aws } from './client.ts';
import { matching } from './instances.ts';
import type { Surroundings } from './surroundings.ts';

/** One probe's value: the state of an alarm, or a count. */
export async function ask(
  aws: Aws,
  probe: AwsProbe,
  { cluster }: Pick<Surroundings, 'cluster'>,
  signal: AbortSignal,
): Promise<string | number> {
  switch (probe.probe) {
    case 'alarm-state': {
      const input = { AlarmNames: [probe.alarm], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
      const { MetricAlarms = [], CompositeAlarms = [] } = await aws.call(
        'cloudwatch:DescribeAlarms',
        input as never,
        signal,
      );
      const alarm = [...MetricAlarms, ...CompositeAlarms].find(({ AlarmName }) => AlarmName === probe.alarm);
      if (alarm?.StateValue !== undefined) return alarm.StateValue;
      // Not an observation: an alarm that is not there would guard nothing.
      throw new PadoError('ERR_PADO_NOT_FOUND', `there is no alarm "${probe.alarm}" in ${aws.region}`);
    }
    case 'instances': {
      const fit = await matching(aws, probe.by, { cluster, signal });
      return fit.filter(({ state }) => state === 'running').length;
    }
    case 'asg-healthy': {
      const input = { AutoScalingGroupNames: [probe.group] };
      const { AutoScalingGroups: [group] = [] } = await aws.call(
        'autoscaling:DescribeAutoScalingGroups',
        input,
        signal,
      );
      if (group === undefined) {
        throw new PadoError('ERR_PADO_NOT_FOUND', `there is no Auto Scaling group "${probe.group}" in ${aws.region}`);
      }
      const isWell = ({ LifecycleState, HealthStatus }: { LifecycleState?: string; HealthStatus?: string }) =>
        LifecycleState === 'InService' && HealthStatus?.toLowerCase() === 'healthy';
      return (group.Instances ?? []).filter((one) => isWell(one as never)).length;
    }
  }
}
