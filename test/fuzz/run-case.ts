import * as fc from 'fast-check';
import { type HttpCase, httpCases } from './cases/http-cases.ts';
import { type LinkCase, linkCases } from './cases/link-cases.ts';
import { describeHttpCase, runHttpCase } from './run-http.ts';
import { runLinkCase } from './run-link.ts';
import type { Worker } from './worker.ts';

export type FuzzCase = HttpCase | LinkCase;

/** A link costs as much as five requests. */
export const fuzzCases: fc.Arbitrary<FuzzCase> = fc.oneof(
  { weight: 11, arbitrary: httpCases },
  { weight: 1, arbitrary: linkCases },
);

export function runCase(given: FuzzCase, worker: Worker): Promise<string | undefined> {
  return given.kind === 'http' ? runHttpCase(given, worker) : runLinkCase(given, worker);
}

export function describeCase(given: FuzzCase, worker: Worker): Promise<string> {
  return given.kind === 'http' ? describeHttpCase(given, worker) : Promise.resolve(JSON.stringify(given));
}
