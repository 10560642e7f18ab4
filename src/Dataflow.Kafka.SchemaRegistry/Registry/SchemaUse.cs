using Confluent.SchemaRegistry;

namespace Dataflow.Kafka;

/// <summary>The names of a format's schemas, and their way to the registry.</summary>
/// <param name="Registers">Whether schemas are registered; else they must be there already.</param>
/// <param name="Normalizes">Whether the registry compares schemas without regard to their layout.</param>
/// <param name="UsesLatest">Whether values go under the subject's latest schema, instead of the type's own.</param>
/// <param name="Strategy">How a schema's subject is named.</param>
internal sealed record SchemaUse(bool Registers, bool Normalizes, bool UsesLatest, SubjectNameStrategy Strategy)
{
    private const string AutoRegister = "auto.register.schemas";
    private const string Normalize = "normalize.schemas";
    private const string UseLatest = "use.latest.version";
    private const string SubjectName = "subject.name.strategy";

    // Avro's values are written by their own schema, so there is no latest one to write them under.
    private static readonly string[] s_names =
    [
        .. from format in new[] { "avro", "json" }
           from name in new[] { AutoRegister, Normalize, UseLatest, SubjectName }
           where (format, name) != ("avro", UseLatest)
           select $"{format}.serializer.{name}",
    ];

    public static bool Has(string setting) => s_names.Contains(setting, StringComparer.Ordinal);

    /// <exception cref="ConnectorException">A value is not allowed.</exception>
    public static SchemaUse Of(RegistrySettings of, string prefix, IReadOnlyDictionary<string, string> settings)
    {
        var strategy = SubjectNameStrategy.Topic;
        if (settings.TryGetValue(prefix + SubjectName, out var name) && (!Enum.TryParse(name, ignoreCase: true, out strategy)
            || strategy is not (SubjectNameStrategy.Topic or SubjectNameStrategy.Record or SubjectNameStrategy.TopicRecord)))
        {
            throw RegistryErrors.BadValue(of, prefix + SubjectName, "Topic, Record or TopicRecord");
        }

        return new(Is(AutoRegister, usual: true), Is(Normalize, usual: false), Is(UseLatest, usual: false), strategy);

        bool Is(string setting, bool usual)
            => !settings.TryGetValue(prefix + setting, out var text) ? usual
                : bool.TryParse(text, out var value) ? value : throw RegistryErrors.BadValue(of, prefix + setting, "true or false");
    }

    /// <summary>The subject of a schema.</summary>
    public string SubjectOf(WriteTarget target, string record) => Strategy switch
    {
        SubjectNameStrategy.Record => record,
        SubjectNameStrategy.TopicRecord => $"{target.Topic}-{record}",
        _ => $"{target.Topic}-{(target.IsKey ? "key" : "value")}",
    };
}

/// <summary>The keys, or the values, of a topic.</summary>
internal sealed record WriteTarget(string Topic, bool IsKey);
