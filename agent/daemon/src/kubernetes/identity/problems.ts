import { HttpProblem } from '../../http/problem.ts';

/** The token is not one of a pod of this cluster for this agent. The message never holds the token. */
export const refused = (why: string): HttpProblem =>
  new HttpProblem(
    401,
    'ERR_PADO_UNAUTHORIZED',
    `${why}: send the pod's projected service account token, of the audience pado`,
  );

/** The agent cannot tell now; asking again later may help. */
export class RetryLater extends HttpProblem {
  /** For the header Retry-After. */
  readonly retryAfterSeconds = 1;

  constructor(why: string) {
    super(503, 'ERR_PADO_NOT_READY', `${why}: try again`);
  }
}
