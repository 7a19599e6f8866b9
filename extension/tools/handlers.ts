import type { editorTools, Handlers } from '../../shared/catalog.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { limits } from '../../shared/limits.ts';
import type { Reviews } from '../reviews/reviews.ts';
import { createBufferHandlers } from './buffers.ts';
import { createContextHandlers } from './context.ts';
import { createDiagnosticsHandlers } from './diagnostics.ts';
import { filesHandlers } from './files.ts';
import { createRefactorHandlers } from './refactor.ts';
import { createRelationHandlers } from './relations.ts';
import { createReviewHandlers } from './reviews.ts';
import { CleanBases } from './support/clean-bases.ts';
import { CursorMemory } from './support/cursor-memory.ts';
import type { Snapshot } from './support/diagnostics-delta.ts';
import { DiagnosticsWatch } from './support/diagnostics-watch.ts';
import { DiskWatch } from './support/disk-watch.ts';
import { EditTurns } from './support/edit-turns.ts';
import { KnownTexts } from './support/known-texts.ts';
import { LanguageServers } from './support/language-servers.ts';
import { LastSelection } from './support/last-selection.ts';
import { LibrarySources } from './support/library-sources.ts';
import { createSymbolHandlers } from './symbols.ts';
import type { ToolContext } from './tool-context.ts';

export interface EditorHandlers extends Disposable {
  readonly table: Handlers<typeof editorTools, ToolContext>;
}

export interface HandlersDeps {
  readonly clock: Clock;
  /** Names this life of the extension host, so that what it made is not taken for another's. */
  readonly epoch: string;
  readonly reviews: Reviews;
}

/** The handlers of all editor tools, with what they watch from now on. */
export function createHandlers({ clock, epoch, reviews }: HandlersDeps): EditorHandlers {
  const store = new DisposableStore();
  const bases = store.add(new CleanBases());
  const disk = store.add(new DiskWatch({ clock }));
  const watch = store.add(new DiagnosticsWatch({ clock }));
  const selections = store.add(new LastSelection());
  const servers = new LanguageServers();
  const libraries = new LibrarySources();
  const known = new KnownTexts({ maxChars: limits.knownTextsMaxChars });
  const turns = new EditTurns();
  const cursors = new CursorMemory<Snapshot>({ max: limits.diagnosticsMaxCursors, prefix: epoch });
  return {
    table: {
      ...createContextHandlers({ selections }),
      ...createBufferHandlers({ bases, known, turns, libraries }),
      ...createDiagnosticsHandlers({ bases, disk, watch, cursors }),
      ...createSymbolHandlers({ bases, disk, servers, libraries }),
      ...createRelationHandlers({ bases, disk, servers, libraries }),
      ...createRefactorHandlers({ bases, disk, servers, known, turns, epoch }),
      ...filesHandlers,
      ...createReviewHandlers({ reviews, bases }),
    },
    dispose: () => store.dispose(),
  };
}
