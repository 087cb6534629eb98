import assert from 'node:assert/strict'
import { test } from 'node:test'
import { surveyBrokers } from './provide.ts'
import { rabbitmqVersion } from './rabbitmq-packages.ts'

const debian = { ID: 'debian' }
const ubuntu = { ID: 'ubuntu' }

for (const [sentence, variables, osRelease, expected] of [
  ['Debian takes the newest version that is known', {}, debian, '4.0'],
  ['another distribution, whose archive has no Debian, takes its own', {}, ubuntu, 'distribution'],
  ['an empty variable counts as none', { LAB_RABBITMQ_VERSION: '' }, debian, '4.0'],
  ['an older version can be asked for', { LAB_RABBITMQ_VERSION: '3.10' }, debian, '3.10'],
  ["the machine's own can be asked for", { LAB_RABBITMQ_VERSION: 'distribution' }, debian, 'distribution'],
] as const)
  test(sentence, () => assert.equal(rabbitmqVersion(variables, osRelease), expected))

test('a version that cannot be fetched is refused with the ones that can, and no container takes its place', async () => {
  for (const LAB_BROKERS of ['', 'packages', 'docker']) {
    const environment = { PATH: process.env.PATH, LAB_BROKERS, LAB_RABBITMQ_VERSION: '3.9' }
    const survey = (await surveyBrokers(environment)).find(({ kind }) => kind === 'rabbitmq')
    assert.equal(survey?.source, undefined)
    const sentence =
      LAB_BROKERS === 'docker'
        ? /^LAB_BROKERS asks for docker\. A container's RabbitMQ is rabbitmq:4-management\. Unset LAB_RABBITMQ_VERSION to use it\.$/
        : /^LAB_RABBITMQ_VERSION is 3\.9, which the lab cannot fetch: set it to one of 4\.0, 3\.10, distribution, or unset it\.$/
    assert.match(survey?.detail ?? '', sentence)
  }
})
