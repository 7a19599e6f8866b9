/** The one gate between a planned change and its effect: protected files are asked about, whoever planned the change. */
import type * as vscode from 'vscode';
import { HoldfastError } from '../../../shared/errors.ts';
import type { ApprovalRequest, ShownChange } from '../../approvals/approvals.ts';
import type { ToolContext } from '../tool-context.ts';
import type { PlannedCreation } from './edit-plan.ts';
import type { EditPlan } from './text-match.ts';
import { resolveUri, type Target } from './workspace-path.ts';

/** One document's change, made for the text that it had when the change was planned. */
export interface DocumentChange {
  /** As whoever proposed the change names it. */
  readonly uri: vscode.Uri;
  /** Where that leads. */
  readonly target: Target;
  readonly before: string;
  /** Of the buffer that was open then; undefined when there was none, and `before` is the file's text. */
  readonly version: number | undefined;
  readonly plan: EditPlan;
}

interface PlannedChanges {
  readonly changes: readonly DocumentChange[];
  readonly creations: readonly PlannedCreation[];
}

/** Changes that may be made. Nothing else is applied, and there is no way to one but through the question. */
export class ApprovedChanges implements PlannedChanges {
  readonly #planned: PlannedChanges;

  private constructor(planned: PlannedChanges) {
    this.#planned = planned;
  }

  get changes(): readonly DocumentChange[] {
    return this.#planned.changes;
  }

  get creations(): readonly PlannedCreation[] {
    return this.#planned.creations;
  }

  /** The same changes to documents that were loaded anew since: `versions` in the order of `changes`. */
  atVersions(versions: readonly (number | undefined)[]): ApprovedChanges {
    const changes = this.changes.map((change, index) => ({ ...change, version: versions[index] }));
    return new ApprovedChanges({ changes, creations: this.creations });
  }

  /** @throws HoldfastError as `ToolContext.approve`; `version_changed` when a path leads elsewhere by now */
  static async of(planned: PlannedChanges, context: Pick<ToolContext, 'approve' | 'signal'>): Promise<ApprovedChanges> {
    const request = requestFor(planned);
    if (request !== undefined) {
      await context.approve(request);
      context.signal.throwIfAborted();
    }
    await checkPlaces(planned);
    return new ApprovedChanges(planned);
  }
}

function requestFor({ changes, creations }: PlannedChanges): ApprovalRequest | undefined {
  const created: Guarded[] = creations.map(({ target, text }) => ({
    part: target.protectedPart,
    shown: { path: target.shown, before: '', after: text },
  }));
  const changed: Guarded[] = changes.map(({ target, before, plan }) => ({
    part: target.protectedPart,
    shown: { path: target.shown, before, after: plan.text },
  }));
  const guarded = [...created, ...changed].filter(({ part }) => part !== undefined);
  const [first] = guarded;
  if (first === undefined) return undefined;
  const others = created.length + changed.length - guarded.length;
  const verb = created.includes(first) ? 'Create' : 'Change';
  const parts = [...new Set(guarded.map(({ part }) => part))].join(', ');
  return {
    what:
      guarded.length === 1
        ? `${verb} ${first.shown.path}`
        : `Change ${guarded.length} protected files: ${guarded.map(({ shown }) => shown.path).join(', ')}`,
    why: `Protected (${parts}): such files steer the editor, agents or git, or hold secrets.${
      others === 0 ? '' : ` ${others} other ${others === 1 ? 'file changes' : 'files change'} with it, not shown.`
    }`,
    changes: guarded.map(({ shown }) => shown),
  };
}

interface Guarded {
  readonly part: string | undefined;
  readonly shown: ShownChange;
}

/** Since it was planned, or while the person was asked, a link may have been laid from an allowed place to another one. */
async function checkPlaces({ changes, creations }: PlannedChanges): Promise<void> {
  const places = [...changes, ...creations.map(({ target }) => ({ uri: target.uri, target }))];
  for (const { uri, target } of places) {
    const { shown, protectedPart } = target;
    const now = await resolveUri(uri);
    if (now.protectedPart === protectedPart && now.uri.toString() === target.uri.toString()) continue;
    throw new HoldfastError(
      'version_changed',
      `${shown} leads to another place than when the change was planned; nothing was changed.`,
      {
        hint: 'Read what is there now and make the change anew.',
      },
    );
  }
}
