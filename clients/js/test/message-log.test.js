/** The log of messages that may have to be sent again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageLog } from "../src/message-log.js";

function logged(mostChars, ...messages) {
  const log = new MessageLog(mostChars);
  for (const message of messages) log.add(message);
  return log;
}

test("what the other end has not received is what was sent behind it", () => {
  const log = logged(100, "a", "b", "c");
  assert.deepEqual([0, 2, 3].map((count) => log.after(count)), [["a", "b", "c"], ["c"], []]);
});

test("more than may be kept is forgotten from its beginning, and known to be", () => {
  const log = logged(4, "aa", "bb", "cc");
  assert.deepEqual([0, 1, 2, 3].map((count) => log.after(count)), [null, ["bb", "cc"], ["cc"], []]);
});

test("the last message is kept whatever its length", () => {
  assert.deepEqual(logged(1, "aaa", "bbb").after(1), ["bbb"]);
});
