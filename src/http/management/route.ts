/** One route of the management API, and the small answers that all of them share. */
import type { Context } from 'hono';
import { type Problem, problem } from '../../core/problem.ts';
import type { Scope } from '../../core/records.ts';
import { answerProblem } from '../answers.ts';
import type { AppPorts, HttpEnv } from '../ports.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Under the origin, with `:name` for what varies. */
  readonly path: string;
  /** What a key must be allowed to do. */
  readonly scope: Scope;
  readonly handle: (c: Context<HttpEnv>, ports: AppPorts) => Promise<Response>;
}

/** A part of the path. The router has matched it, so it is there. */
export function param(c: Context<HttpEnv>, name: string): string {
  return c.req.param(name) ?? '';
}

export function refuse(c: Context<HttpEnv>, it: Problem): Response {
  return answerProblem(c, it);
}

export function notFound(c: Context<HttpEnv>, what: string): Response {
  return answerProblem(c, problem('not_found', what));
}
