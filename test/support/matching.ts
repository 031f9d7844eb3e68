import assert from 'node:assert/strict';

type Rule = (value: unknown) => boolean;

/** Values that differ from run to run. */
export const text: Rule = (value) => typeof value === 'string' && value !== '';
export const number: Rule = (value) => typeof value === 'number';
export const time: Rule = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
export const like =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

const isRule = (value: unknown): value is Rule => typeof value === 'function';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As `deepEqual`, with rules in place of values. A field too many or too few is a difference. */
export const matches = (actual: unknown, expected: unknown, at = 'the body'): void => {
  if (isRule(expected)) {
    assert.ok(expected(actual), `${at} is ${JSON.stringify(actual)}`);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual) && actual.length === expected.length, `${at}: ${JSON.stringify(actual)}`);
    expected.forEach((one, index) => {
      matches(actual[index], one, `${at}[${index}]`);
    });
  } else if (isObject(expected)) {
    assert.ok(isObject(actual), `${at} is ${JSON.stringify(actual)}`);
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), `fields of ${at}`);
    for (const [name, value] of Object.entries(expected)) matches(actual[name], value, `${at}.${name}`);
  } else assert.deepEqual(actual, expected, at);
};
