using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Validates a configuration where it is written, part by part. Values of settings, such as passwords, are never shown.</summary>
internal static class RedisConfiguration
{
    /// <exception cref="ConnectorException">A part is invalid.</exception>
    public static ConfigurationOptions Parse(string store, string configuration)
    {
        foreach (var (index, part) in configuration.Split(',', StringSplitOptions.TrimEntries).Index())
        {
            if (part.Length > 0) Check(store, index + 1, part);
        }

        var options = ConfigurationOptions.Parse(configuration);
        return options.EndPoints.Count > 0
            ? options
            : throw RedisErrors.BadConfiguration(store, 1, "it names no server", "Begin with one, such as 'localhost:6379'.");
    }

    private static void Check(string store, int number, string part)
    {
        var isSetting = part.Contains('=', StringComparison.Ordinal);
        if (!isSetting && !HasPort(part))
            throw RedisErrors.BadConfiguration(
                store, number, $"server '{part}' is wrong", "Write it as 'host:port', with a port from 1 to 65535.");
        try
        {
            _ = ConfigurationOptions.Parse(part);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            var name = part.Split('=')[0].Trim();
            throw RedisErrors.BadConfiguration(
                store,
                number,
                isSetting ? $"setting '{name}' is wrong" : $"server '{part}' is wrong",
                "See the configuration strings of StackExchange.Redis for its settings and their values.");
        }
    }

    private static bool HasPort(string server)
    {
        var colon = server.LastIndexOf(':');
        var isBare = colon < 0 || server.EndsWith(']')
            || (server.Count(static letter => letter == ':') > 1 && IPAddress.TryParse(server, out _));
        if (isBare) return true; // the usual port
        return colon > 0 && ushort.TryParse(server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port > 0;
    }
}
