using System.Collections.Immutable;
using System.Globalization;
using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>An Apache Kafka cluster and the settings of its clients, by librdkafka's own names. Immutable, so that any number of threads
/// and pipelines may share it; it opens no connection itself.</summary>
/// <example><code>
/// var kafka = new KafkaCluster(brokers);
/// </code></example>
public sealed class KafkaCluster
{
    private const string TimeoutSetting = "socket.timeout.ms";
    private const int UsualTimeoutMs = 60_000; // librdkafka's
    private static readonly string[] s_secretWords = ["password", "secret", "pem", "oauthbearer", "token", "jaas"];

    // What exactly-once reading and writing rest on.
    private static readonly string[] s_ours =
    [
        "bootstrap.servers", "metadata.broker.list", "group.id", "group.protocol", "auto.offset.reset", "enable.auto.commit",
        "enable.auto.offset.store", "isolation.level", "enable.partition.eof", "transactional.id", "enable.idempotence", "acks",
        "request.required.acks", "partitioner",
    ];

    // Of a process's place in a group.
    private static readonly string[] s_ofMembers =
        ["group.instance.id", "session.timeout.ms", "heartbeat.interval.ms"];

    private readonly ImmutableDictionary<string, string> _settings;

    /// <summary>Names a cluster by some of its brokers.</summary>
    /// <param name="bootstrapServers">One broker or several, joined by commas: <c>localhost:9092</c>.</param>
    public KafkaCluster(string bootstrapServers)
        : this(bootstrapServers, ImmutableDictionary.Create<string, string>(StringComparer.Ordinal))
    {
    }

    private KafkaCluster(string bootstrapServers, ImmutableDictionary<string, string> settings)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(bootstrapServers);
        (BootstrapServers, _settings) = (bootstrapServers, settings);
    }

    /// <summary>The brokers that clients ask first.</summary>
    public string BootstrapServers { get; }

    /// <summary>The longest wait for an answer of the cluster: <c>socket.timeout.ms</c>, a minute unless set.</summary>
    internal TimeSpan Timeout => TimeSpan.FromMilliseconds(Number(TimeoutSetting, UsualTimeoutMs));

    /// <summary>Returns the cluster with a setting of its clients, such as <c>security.protocol</c>, in place of any former
    /// value.</summary>
    /// <param name="name">A name of librdkafka's configuration, for consumers or producers. Names and values are checked where a source or
    /// sink is made.</param>
    /// <param name="value">The value. Those of passwords and keys are never shown.</param>
    /// <exception cref="ConnectorException">The setting has a fixed value, because exactly-once reading and writing depend on
    /// it.</exception>
    public KafkaCluster With(string name, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        return s_ours.Contains(name, StringComparer.Ordinal)
            ? throw KafkaErrors.NotYours(this, name)
            : new KafkaCluster(BootstrapServers, _settings.SetItem(name, value));
    }

    /// <summary>Returns the brokers; no settings, which may be secret.</summary>
    public override string ToString() => $"Kafka '{BootstrapServers}'";

    /// <summary>Returns a setting that is a number.</summary>
    internal int Number(string name, int usual)
        => _settings.TryGetValue(name, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : usual;

    /// <summary>Whether producers of both would write to the same cluster, with the same rights and in the same way.</summary>
    internal bool WritesAs(KafkaCluster other)
        => BootstrapServers == other.BootstrapServers
            && _settings.RemoveRange(s_ofMembers).ToHashSet().SetEquals(other._settings.RemoveRange(s_ofMembers));

    /// <summary>The configuration of a client: the user's settings over some defaults, under what the client is made for.</summary>
    internal Dictionary<string, string> ToClient(
        IEnumerable<KeyValuePair<string, string>> defaults, IEnumerable<KeyValuePair<string, string>> own)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["client.id"] = "dataflow" };
        foreach (var (name, value) in defaults.Concat(_settings).Concat(own)) all[name] = value;
        all["bootstrap.servers"] = BootstrapServers;
        return all;
    }

    /// <summary>Has a client read the settings, without a connection.</summary>
    /// <exception cref="ConnectorException">A name is unknown, or a value is not allowed.</exception>
    internal void Check()
    {
        try
        {
            using var client = new ProducerBuilder<Null, Null>(_settings).SetLogHandler(static (_, _) => { }).Build();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            throw KafkaErrors.BadSetting(this, error);
        }
    }

    /// <summary>Takes secrets out of a message of the client.</summary>
    internal string WithoutSecrets(string message)
    {
        foreach (var (name, value) in _settings)
        {
            if (value.Length > 0 && s_secretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
                message = message.Replace(value, "***", StringComparison.Ordinal);
        }

        return message;
    }
}
