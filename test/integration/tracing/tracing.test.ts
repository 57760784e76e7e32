import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openDeliveryClient } from '../../support/deliveryClient.ts';
import { httpCaller } from '../../support/httpCalls.ts';
import { openOwnDarkroom } from '../../support/ownDarkroom.ts';
import { type CollectedSpan, openTraceCollector } from '../../support/traceCollector.ts';

const patient = { timeout: 60_000, interval: 50 };

const answer = z.object({ job: z.object({ jobId: z.string() }) });

/** Asks for a picture and waits until it is drawn, watching over the socket; the reference of the request. */
const drawOne = async (url: string, prompt: string): Promise<string> => {
  const person = await httpCaller(url).signIn();
  const conversation = await person.startConversation();
  const client = openDeliveryClient(url, person.token);
  await client.subscribe({ scope: 'conversation', id: conversation });
  const { headers, body } = await person.call('POST', `/conversations/${conversation}/messages`, {
    body: { text: prompt, image: { steps: 2, width: 64, height: 64 } },
  });
  const { job } = answer.parse(body);
  await vi.waitFor(() => {
    expect(client.events().map(({ type }) => type)).toContain('JobCompleted');
  }, patient);
  await vi.waitFor(async () => {
    const shown = await person.call('GET', `/jobs/${job.jobId}`);
    expect(shown.body).toMatchObject({ job: { status: 'completed' } });
  }, patient);
  client.close();
  return headers.get('Darkroom-Reference') ?? '';
};

const traceOf = (spans: readonly CollectedSpan[], reference: string) =>
  spans.filter(({ traceId }) => traceId === reference.replaceAll('-', ''));

const about = ({ name, attributes }: CollectedSpan): string => {
  const event = attributes.find(({ key }) => key === 'darkroom.event')?.value.stringValue;
  return event === undefined ? name : `${name} ${event}`;
};

describe('tracing', () => {
  it('makes of a request one trace from HTTP over append, projection, drawing and engine to the socket, found by its reference', async () => {
    const collector = await openTraceCollector();
    const darkroom = await openOwnDarkroom(undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const reference = await drawOne(darkroom.url, 'a secret fox of Ada');
    await darkroom.close();
    const trace = traceOf(collector.spans, reference);
    const names = trace.map(about);
    expect(names).toEqual(
      expect.arrayContaining([
        'POST /api/v1/conversations/:id/messages',
        ...['MessagePosted', 'JobQueued', 'JobStarted', 'JobCompleted'].flatMap((event) =>
          ['append', 'project', 'deliver'].map((step) => `${step} ${event}`),
        ),
        ...['draw', 'engine sketch'],
      ]),
    );
    for (const event of ['MessagePosted', 'JobQueued', 'JobCompleted'])
      expect(
        names.filter((name) => name === `append ${event}`),
        event,
      ).toHaveLength(1);
    const [request] = trace.filter(({ name }) => name.startsWith('POST'));
    const [draw] = trace.filter(({ name }) => name === 'draw');
    expect(request?.parentSpanId ?? '').toBe('');
    for (const { name, parentSpanId } of trace.filter((each) => each !== request))
      expect(parentSpanId, name).toBe(name === 'engine sketch' ? draw?.spanId : request?.spanId);
    for (const { name, startTimeUnixNano, endTimeUnixNano } of trace)
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano), name).toBe(true);
    expect(collector.text()).not.toContain('secret fox');
    await collector.close();
  });

  it('sends nothing where the share of requests that are traced is 0', async () => {
    const collector = await openTraceCollector();
    const darkroom = await openOwnDarkroom(undefined, {
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACED_SHARE: '0' },
    });
    await drawOne(darkroom.url, 'a fox');
    await darkroom.close();
    expect(collector.spans).toEqual([]);
    await collector.close();
  });

  it('holds up neither requests nor the end of the process while the collector is away', async () => {
    const collector = await openTraceCollector();
    await collector.close();
    const darkroom = await openOwnDarkroom(undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(await drawOne(darkroom.url, 'a fox')).not.toBe('');
    await darkroom.close();
  });
});
