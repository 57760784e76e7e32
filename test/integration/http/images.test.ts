import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  imageId as idOfImage,
  jobId as idOfJob,
  messageId as idOfMessage,
  positionOf,
} from '../../../src/events/ids.ts';
import { images as imageUses } from '../../../src/projections/images.ts';
import type { Person } from '../../support/httpCalls.ts';
import { type HttpServer, openHttpServer } from '../../support/httpServer.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer();
});
afterAll(() => server.close());

let drawn = 0;
/** Other bytes each time, for the same bytes are the same image. */
const draws = async () => {
  drawn += 1;
  const bytes = new TextEncoder().encode(`picture ${drawn}`);
  const { imageId } = await server.images.put(bytes, 'image/png');
  return { bytes, imageId: idOfImage.parse(imageId) };
};

const running = async (ada: Person) => {
  const { message, job } = await ada.post(await ada.startConversation(), { text: 'a storm', image: {} });
  await server.desk.queue(idOfMessage.parse(message.messageId));
  const claim = await server.desk.claim(idOfJob.parse(job?.jobId), 'sketch');
  if (claim === null) throw new Error('the job was not claimed');
  return { claim, messageId: message.messageId };
};

/** A picture that is done, with the preview it had on the way. */
const completed = async (ada: Person) => {
  const [{ claim, messageId }, preview, picture] = [await running(ada), await draws(), await draws()];
  const progress = { step: 1, steps: 24, stage: 'sketching', preview: preview.imageId };
  await server.desk.progress(claim, progress);
  await server.settled();
  const whileDrawn = await ada.call('GET', `/images/${preview.imageId}`);
  const { imageId, bytes } = picture;
  const size = { width: 768, height: 768, contentType: 'image/png' as const, bytes: bytes.length, seed: 7 };
  await server.desk.complete(claim, { images: [{ imageId, ...size }], engine: 'sketch', model: 'sketch' });
  await server.settled();
  return { preview, picture, whileDrawn, messageId, path: `/images/${imageId}` };
};

describe('images', () => {
  it('are their bytes, for ever the same, for this person alone', async () => {
    const ada = await server.signIn();
    const { path, picture } = await completed(ada);
    const { status, headers, body } = await ada.call('GET', path);
    expect([status, body]).toEqual([200, { text: new TextDecoder().decode(picture.bytes) }]);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/png',
      etag: `"${picture.imageId}"`,
      'cache-control': 'private, immutable, max-age=31536000',
      vary: expect.stringContaining('Authorization'),
      'x-content-type-options': 'nosniff',
    });
    expect(createHash('sha256').update(String(body.text)).digest('hex')).toBe(picture.imageId);
  });

  it('that a client holds already are 304', async () => {
    const ada = await server.signIn();
    const { path, picture } = await completed(ada);
    for (const held of [`"${picture.imageId}"`, `"other", W/"${picture.imageId}"`, '*']) {
      const answer = await ada.call('GET', path, { headers: { 'If-None-Match': held } });
      expect([answer.status, answer.body.text]).toEqual([304, '']);
      expect(answer.headers.get('ETag')).toBe(`"${picture.imageId}"`);
    }
    expect((await ada.call('GET', path, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
  });

  it('are previews while they are drawn, and gone with 410 once the job has ended', async () => {
    const ada = await server.signIn();
    const { preview, whileDrawn } = await completed(ada);
    expect(whileDrawn.status).toBe(200);
    const late = await ada.call('GET', `/images/${preview.imageId}`);
    expect([late.status, late.body]).toMatchObject([410, { code: 'preview_gone' }]);
  });

  it('are downloaded under a name that can not leave its header', async () => {
    const ada = await server.signIn();
    const { path } = await completed(ada);
    const named = async (name: string) => ada.call('GET', `${path}?download=${encodeURIComponent(name)}`);
    expect((await named('Sturm & Drang.png')).headers.get('Content-Disposition')).toBe(
      `attachment; filename="Sturm _ Drang.png"; filename*=UTF-8''Sturm%20%26%20Drang.png`,
    );
    const injected = await named('a.png\r\nSet-Cookie: stolen=1');
    expect([injected.status, injected.body]).toMatchObject([400, { errors: [{ path: 'download' }] }]);
    expect(injected.headers.get('Set-Cookie')).toBeNull();
  });

  it('are found though a thousand jobs of others have drawn the very same', async () => {
    const ada = await server.signIn();
    const { path, picture } = await completed(ada);
    const position = positionOf(1);
    const uses = Array.from({ length: 1_000 }, (_, index) => {
      const jobId = `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
      const body = { imageId: picture.imageId, jobId, conversationId: jobId, kind: 'picture', position };
      return { collection: imageUses.collection, id: `${picture.imageId}:${jobId}`, position, body };
    });
    await server.documents.write(uses, []);
    expect((await ada.call('GET', path)).status).toBe(200);
  });

  it('are not found by others, by who left, once removed, or by what is no id', async () => {
    const [ada, ben] = [await server.signIn(), await server.signIn(['operator'])];
    const { path, messageId } = await completed(ada);
    expect((await ben.call('GET', path)).status).toBe(404);
    expect((await ada.call('GET', `/images/${'0'.repeat(64)}`)).status).toBe(404);
    for (const wrong of ['..%2f..%2fsign-in-secret', '%2e%2e%2fevents.db', `${path.slice(8)}.png`, '..%00']) {
      const answer = await ada.call('GET', `/images/${wrong}`);
      expect([answer.status, answer.body]).toMatchObject([404, { code: 'not_found' }]);
    }
    await ada.call('DELETE', `/messages/${messageId}`);
    expect((await ada.call('GET', path)).status).toBe(404);
  });
});
