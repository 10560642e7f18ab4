using System.Diagnostics;

namespace Dataflow.Kafka.Tests.Debezium;

/// <summary>A worker of Kafka Connect with connectors of Debezium for PostgreSQL; the test is skipped where there is none.</summary>
internal sealed class Connect : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    /// <param name="kafka">The broker.</param>
    /// <param name="database">The database.</param>
    /// <param name="connectors">The connectors: the prefix of its topics, and settings.</param>
    public Connect(KafkaNode kafka, Postgres database, params (string Prefix, string Settings)[] connectors)
    {
        var program = Path.Combine(SharedFolder.Find("kafka-connect"), "run");
        var files = connectors.Select(connector => _folder.Write($"{connector.Prefix}.properties",
            $"""
            name={connector.Prefix}
            topic.prefix={connector.Prefix}
            slot.name={connector.Prefix}
            publication.name={connector.Prefix}
            connector.class=io.debezium.connector.postgresql.PostgresConnector
            plugin.name=pgoutput
            database.hostname=127.0.0.1
            database.port={database.Port}
            database.user=postgres
            database.password=any
            database.dbname=postgres
            {connector.Settings}
            """));
        string[] arguments = [_folder["worker"], kafka.Address, .. files];
        _process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec \"$0\" \"$@\" > \"$OUTPUT\" 2>&1", program, .. arguments])
        {
            Environment =
            {
                ["CONNECT_PORT"] = $"{Postgres.FreePort()}", ["OUTPUT"] = _folder["output"],
                ["CONNECT_SET"] = "plugin.discovery=service_load", // starts sooner
                ["KAFKA_HEAP_OPTS"] = "-Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            },
        })!;
    }

    public void CheckRunning() => Assert.False(_process.HasExited, _process.HasExited ? File.ReadAllText(_folder["output"]) : "");

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }
}
