import type { Batch } from './batches.ts';
import type { SubscribeAnswer } from './requests.ts';
import type { EndCode } from './subscription.ts';

/** Is told what delivery does with one subscription. */
export interface SubscriptionReport {
  sent(batch: Batch): void;
  /** By the server with a code; null: by the client, or it has gone. Told once. */
  over(code: EndCode | null): void;
}

/** Is told what delivery does. */
export interface DeliveryReport {
  began(answer: SubscribeAnswer & { readonly ok: true }): SubscriptionReport;
}

const silence: SubscriptionReport = { sent: () => {}, over: () => {} };
/** Where nobody wants to know. */
export const noReport: DeliveryReport = { began: () => silence };
