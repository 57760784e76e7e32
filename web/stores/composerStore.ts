import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ConversationId } from '../../src/events/ids.ts';
import type { ImageState } from '../../src/projections/model.ts';
import { defaultOptions, type FieldErrors, type OptionFields, optionsOf } from './imageOptions.ts';

export interface ComposerState {
  /** What is typed and not sent, by conversation. */
  readonly drafts: Readonly<Record<string, string>>;
  /** Whether a message asks for a picture. */
  readonly asks: boolean;
  readonly optionsOpen: boolean;
  readonly options: OptionFields;
  readonly errors: FieldErrors;
  /** Counts up when the text field should take the focus. */
  readonly focus: number;
  /** Counts up when something was found wrong with what was to be sent. */
  readonly refusals: number;
  readonly write: (id: ConversationId, text: string) => void;
  readonly ask: (asks: boolean) => void;
  readonly showOptions: (open: boolean) => void;
  readonly setOptions: (change: Partial<OptionFields>) => void;
  readonly setErrors: (errors: FieldErrors) => void;
  /** After sending: an unlocked seed was for that picture only. */
  readonly sent: (id: ConversationId) => void;
  /** Puts the prompt and the settings of a job into the composer. */
  readonly reuse: (id: ConversationId, image: ImageState) => void;
  /** Puts a text into the composer that asks for a picture. */
  readonly suggest: (id: ConversationId, text: string) => void;
}

export type ComposerStore = StoreApi<ComposerState>;

export const createComposerStore = (): ComposerStore =>
  createStore<ComposerState>()((set) => ({
    drafts: {},
    asks: true,
    optionsOpen: false,
    options: defaultOptions,
    errors: {},
    focus: 0,
    refusals: 0,
    write: (id, text) =>
      set(({ drafts, errors: { text: _, ...errors } }) => ({ drafts: { ...drafts, [id]: text }, errors })),
    ask: (asks) => set({ asks }),
    showOptions: (optionsOpen) => set({ optionsOpen }),
    setOptions: (change) =>
      set(({ options, errors }) => ({
        options: { ...options, ...change },
        errors: Object.fromEntries(Object.entries(errors).filter(([name]) => !(name in change))),
      })),
    setErrors: (errors) => set(({ refusals }) => ({ errors, refusals: refusals + 1 })),
    sent: (id) =>
      set(({ drafts, options }) => ({
        drafts: { ...drafts, [id]: '' },
        errors: {},
        options: options.seedLocked ? options : { ...options, seed: '' },
      })),
    reuse: (id, image) =>
      set(({ drafts, focus }) => ({
        drafts: { ...drafts, [id]: image.request.prompt },
        asks: true,
        optionsOpen: true,
        options: optionsOf(image),
        errors: {},
        focus: focus + 1,
      })),
    suggest: (id, text) =>
      set(({ drafts, focus }) => ({ drafts: { ...drafts, [id]: text }, asks: true, focus: focus + 1 })),
  }));
