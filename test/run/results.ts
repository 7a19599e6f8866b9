/** What one part of `npm test` found; written as JSON so that parts in other processes add up to one count. */
export interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly { readonly title: string; readonly error: string }[];
}

const noResults: Results = { passed: 0, failed: 0, failures: [] };

export function sum(parts: readonly Results[]): Results {
  return parts.reduce(
    (total, part) => ({
      passed: total.passed + part.passed,
      failed: total.failed + part.failed,
      failures: [...total.failures, ...part.failures],
    }),
    noResults,
  );
}

/** A part that could not run at all, or a check that is one yes or no. */
export function failure(title: string, error: string): Results {
  return { passed: 0, failed: 1, failures: [{ title, error }] };
}
