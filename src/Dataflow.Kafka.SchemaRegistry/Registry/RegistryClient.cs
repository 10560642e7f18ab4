using System.Collections.Concurrent;
using Confluent.SchemaRegistry;

namespace Dataflow.Kafka;

/// <summary>Asks a registry, and waits for the answer on the caller's thread, for a bounded time.</summary>
internal sealed class RegistryClient(RegistrySettings settings)
{
    private const int NoSuchSchema = 40403;
    private const int MaxUnknown = 1_000;
    private static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(10);

    private readonly CachedSchemaRegistryClient _client = settings.ToClient();
    private readonly ConcurrentDictionary<int, long> _unknown = [];

    public RegistrySettings Settings => settings;

    /// <summary>Finds the schema of an id.</summary>
    /// <exception cref="DataflowException">The registry knows none. It is not asked again for some seconds.</exception>
    /// <exception cref="ConnectorException">The registry does not answer, or refuses.</exception>
    public Schema Find(int id)
    {
        if (_unknown.TryGetValue(id, out var since) && TimeProvider.System.GetElapsedTime(since) < UnknownFor)
            throw RegistryErrors.UnknownSchema(settings, id);
        if (Ask($"schema {id}", client => FindAsync(client, id)) is { } schema) return schema;
        if (_unknown.Count >= MaxUnknown) _unknown.Clear();
        _unknown[id] = TimeProvider.System.GetTimestamp();
        throw RegistryErrors.UnknownSchema(settings, id);
    }

    /// <summary>Finds a schema that another one refers to.</summary>
    /// <exception cref="ConnectorException">The registry does not answer, or refuses.</exception>
    public Schema Find(SchemaReference reference)
        => Ask(
            $"subject '{reference.Subject}', version {reference.Version}",
            async client => (await client.GetRegisteredSchemaAsync(reference.Subject, reference.Version).ConfigureAwait(false)).Schema);

    /// <summary>Returns the id under which values of a schema are written.</summary>
    /// <exception cref="ConnectorException">The registry does not answer, or refuses.</exception>
    public int IdOf(Schema schema, string subject, SchemaUse use) => Ask($"subject '{subject}'", async client
        => use.UsesLatest ? (await client.GetLatestSchemaAsync(subject).ConfigureAwait(false)).Id
            : use.Registers ? await client.RegisterSchemaAsync(subject, schema, use.Normalizes).ConfigureAwait(false)
            : await client.GetSchemaIdAsync(subject, schema, use.Normalizes).ConfigureAwait(false));

    private static async Task<Schema?> FindAsync(CachedSchemaRegistryClient client, int id)
    {
        try
        {
            return await client.GetSchemaAsync(id).ConfigureAwait(false);
        }
        catch (SchemaRegistryException error) when (error.ErrorCode == NoSuchSchema)
        {
            return null;
        }
    }

    private T Ask<T>(string where, Func<CachedSchemaRegistryClient, Task<T>> ask)
    {
        try
        {
            return Task.Run(() => ask(_client)).WaitAsync(settings.Timeout).GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            throw RegistryErrors.Of(settings, where, error);
        }
    }
}
