/**
 * Asks a Kafka broker whether it can serve: its metadata names an unfenced broker only when records can be
 * produced to it. The answer says nothing about topics.
 */
import { apiVersionsV3, Connection, metadataV12 } from '@platformatic/kafka'

/** `addresses` is `host:port[,host:port]`; resolves with what is known of the version, rejects with one sentence. */
export async function probeKafka(addresses: string): Promise<string> {
  let problem = ''
  for (const { host, port } of parseBrokers(addresses)) {
    const connection = new Connection('communication-models-lab', { connectTimeout: 3000, requestTimeout: 3000 })
    // What is in the way of a container accepts a connection, and breaks it while the broker is not up.
    connection.on('error', () => {}) // said by the calls
    try {
      await connection.connect(host, port)
      const versions = await apiVersionsV3.api.async(connection, 'communication-models-lab', '0')
      const { brokers } = await metadataV12.api.async(connection, [], false, false)
      if (brokers.length === 0) throw new Error('none')
      const level = versions.finalizedFeatures?.find(({ name }) => name === 'metadata.version')?.maxVersionLevel
      return level === undefined ? 'Kafka' : `Kafka, metadata level ${level}`
    } catch {
      problem ||= `no Kafka broker answers at ${host}:${port}.`
    } finally {
      await connection.close().catch(() => {})
    }
  }
  throw new Error(problem)
}

function parseBrokers(addresses: string): { host: string; port: number }[] {
  return addresses.split(',').map(text => {
    const [, host, port] = /^\s*\[?([^\s/@]+?)\]?:(\d{1,5})\s*$/.exec(text) ?? []
    if (!host || Number(port) > 65_535) throw new Error(`"${text.trim()}" is not of the form host:port.`)
    return { host, port: Number(port) }
  })
}
