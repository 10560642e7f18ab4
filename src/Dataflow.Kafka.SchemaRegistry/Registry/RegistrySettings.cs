using System.Collections.Immutable;
using System.Globalization;
using Confluent.SchemaRegistry;

namespace Dataflow.Kafka;

/// <summary>The settings of a registry, by Confluent's names.</summary>
internal sealed class RegistrySettings
{
    private const string Address = "schema.registry.url";
    private const string Client = "schema.registry.";
    private const string TimeoutSetting = "schema.registry.request.timeout.ms";
    private static readonly string[] s_secretWords = ["password", "secret", "token", "user.info"];

    // A topic's own name for its schemas is one setting of each format here.
    private static readonly string[] s_notHere =
        ["schema.registry.key.subject.name.strategy", "schema.registry.value.subject.name.strategy", Address];

    private readonly string _url;
    private readonly ImmutableDictionary<string, string> _settings;

    private RegistrySettings(string url, ImmutableDictionary<string, string> settings) => (_url, _settings) = (url, settings);

    /// <summary>The longest wait for an answer, attempts and pauses between them included.</summary>
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(
        _settings.TryGetValue(TimeoutSetting, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number : CachedSchemaRegistryClient.DefaultTimeout);

    /// <exception cref="ConnectorException">An address is not one of HTTP, or has a password in it.</exception>
    public static RegistrySettings Of(string url)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(url);
        foreach (var address in url.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                throw RegistryErrors.BadAddress(address);
            if (uri.UserInfo.Length > 0) throw RegistryErrors.PasswordInAddress(uri.Host);
        }

        return new(url, ImmutableDictionary.Create<string, string>(StringComparer.Ordinal));
    }

    public RegistrySettings With(string name, string value)
        => s_notHere.Contains(name, StringComparer.Ordinal)
            || !(name.StartsWith(Client, StringComparison.Ordinal) || SchemaUse.Has(name))
            ? throw RegistryErrors.UnknownSetting(this, name)
            : new RegistrySettings(_url, _settings.SetItem(name, value));

    /// <summary>Makes a client, without a connection.</summary>
    /// <exception cref="ConnectorException">A name is unknown, or a value is not allowed.</exception>
    public CachedSchemaRegistryClient ToClient()
    {
        try
        {
            var settings = _settings.Where(static setting => setting.Key.StartsWith(Client, StringComparison.Ordinal));
            return new(settings.Append(new(Address, _url)));
        }
        catch (Exception error) when (error is not ConnectorException)
        {
            throw RegistryErrors.BadSetting(this, error);
        }
    }

    /// <summary>The settings of a format: <c>avro</c> or <c>json</c>.</summary>
    /// <exception cref="ConnectorException">A value is not allowed.</exception>
    public SchemaUse Use(string format) => SchemaUse.Of(this, $"{format}.serializer.", _settings);

    /// <summary>Takes secrets out of a message.</summary>
    public string WithoutSecrets(string message)
    {
        foreach (var (name, value) in _settings)
        {
            if (!s_secretWords.Any(word => name.Contains(word, StringComparison.Ordinal))) continue;
            foreach (var secret in value.Split(':', 2).Prepend(value).Where(static part => part.Length > 0))
                message = message.Replace(secret, "***", StringComparison.Ordinal);
        }

        return message;
    }

    public override string ToString() => $"Schema registry '{_url}'";
}
