import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../../../src/api/delivery/redact.ts';
import { anyFact } from '../../../support/anyFact.ts';
import {
  ada,
  conversationNumber,
  jobNumber,
  messageNumber,
  openHistory,
  request,
} from '../../../support/happened.ts';
import { completed, progressed } from '../../../support/jobFacts.ts';

const said = 'the harbour at night';
const posted = (image: { prompt: string } | null) => ({
  type: 'MessagePosted' as const,
  data: {
    messageId: messageNumber(1),
    conversationId: conversationNumber(1),
    author: ada,
    text: said,
    metadata: { said },
    image:
      image === null
        ? null
        : { jobId: jobNumber(1), request: { ...request, ...image, negativePrompt: said }, priority: 0 },
  },
});

describe('who has left a conversation, and is told of their picture there', () => {
  it('learns nothing of what is written there, with a picture or without', () => {
    const history = openHistory();
    const told = [
      history.message(1, posted({ prompt: said })),
      history.message(1, posted(null)),
      history.message(1, { type: 'MessageEdited', data: { text: said } }),
      history.message(1, { type: 'MessageMetadataMerged', data: { patch: { said } } }),
    ].map(redact);
    expect(JSON.stringify(told)).not.toContain(said);
    expect(told.map(({ data }) => data)).toMatchObject([
      { text: '', metadata: {}, image: { jobId: jobNumber(1), request: { width: 512, prompt: '' } } },
      { text: '', metadata: {}, image: null },
      { text: '' },
      { patch: {} },
    ]);
  });

  it('learns how far their picture is, and sees nothing of it', () => {
    const history = openHistory();
    const told = [history.queued(1), history.job(1, progressed()), history.job(1, completed())].map(redact);
    expect(told.map(({ data }) => data)).toMatchObject([
      { jobId: jobNumber(1), request: { prompt: '', negativePrompt: '', steps: 20 } },
      { step: 3, steps: 20, preview: null },
      { images: [] },
    ]);
  });

  it('is told of everything else as it is, always of the same event at the same place', () => {
    fc.assert(
      fc.property(anyFact, (fact) => {
        const event = openHistory().happens('job-1', fact);
        const told = redact(event);
        expect({ ...told, data: null }).toEqual({ ...event, data: null });
        expect(Object.keys(told.data)).toEqual(Object.keys(event.data));
        const hidden = ['JobQueued', 'JobProgressed', 'JobCompleted'].includes(fact.type);
        if (!hidden && !fact.type.startsWith('Message')) expect(told).toBe(event);
      }),
    );
  });
});
