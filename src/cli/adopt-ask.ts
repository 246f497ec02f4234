/**
 * `keyferry adopt` asks the API, piece by piece: of a running Keyferry elsewhere, or of the database here. What must
 * never happen here: a piece given up that would have gone through a moment later.
 */
import type { NotedProblem, Paths } from '../client/index.ts';
import type { AdoptionAsked } from '../core/given-keys.ts';
import { told } from './asking.ts';
import type { Connection } from './connect.ts';
import type { Trouble } from './outcome.ts';

/** Takes in one request's worth. */
export type Adopter = (asked: AdoptionAsked) => Promise<Answer | Refused>;
export type Answer = Omit<Paths['/v1/adoptions']['post']['answer'], 'remark'> & {
  readonly remark: Trouble | null;
};
export interface Refused {
  readonly trouble: Trouble;
  /** Asked again, it may go on. */
  readonly later: boolean;
}

export function adoptThrough(connection: Connection): Adopter {
  return async ({ from, ...rest }) => {
    const body = { ...rest, from: from === null ? null : new Date(from).toISOString() };
    const adopted = await told(connection, connection.api.POST('/v1/adoptions', { body }));
    if (adopted.ok)
      return { ...adopted.value, remark: adopted.value.remark && troubleIn(adopted.value.remark) };
    const { problem, outcome } = adopted;
    return { trouble: outcome.trouble ?? problem, later: problem.status === 503 };
  };
}

function troubleIn({ code, title, detail, hint }: NotedProblem): Trouble {
  return { code, title, detail, hint };
}
