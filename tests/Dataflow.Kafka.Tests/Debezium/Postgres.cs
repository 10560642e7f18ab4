using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Dataflow.Kafka.Tests.Debezium;

/// <summary>A PostgreSQL of the test's own, as Debian installs it; the test is skipped where there is none.</summary>
internal sealed class Postgres : IDisposable
{
    private readonly string _programs = Find();
    private readonly string _folder;

    public Postgres()
    {
        _folder = AsOwner("mktemp", "-d", "-t", "dataflow-postgres-XXXXXX").Trim();
        AsOwner($"{_programs}/initdb", "-A", "trust", "-U", "postgres", "--no-sync", "-D", $"{_folder}/data");
        var options = $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c wal_level=logical -c fsync=off";
        AsOwner($"{_programs}/pg_ctl", "-w", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-o", options, "start");
    }

    public int Port { get; } = FreePort();

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Runs statements, each in a transaction of its own, and returns the rows of the last, with '|' between columns.</summary>
    public IReadOnlyList<string> Ask(params IEnumerable<string> statements)
    {
        string[] to = ["-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-qAt"];
        return Run($"{_programs}/psql", [.. to, .. statements.SelectMany(statement => new[] { "-c", statement })])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        AsOwner($"{_programs}/pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");
        AsOwner("rm", "-r", _folder);
    }

    private static string Find()
    {
        const string Versions = "/usr/lib/postgresql";
        var found = Directory.Exists(Versions)
            ? Directory.EnumerateDirectories(Versions).Select(version => $"{version}/bin")
                .FirstOrDefault(bin => File.Exists($"{bin}/initdb"))
            : null;
        if (found is null) Assert.Skip("PostgreSQL is not installed.");
        return found;
    }

    // PostgreSQL refuses to be run by root.
    private static string AsOwner(string program, params string[] arguments)
        => Environment.UserName == "root" ? Run("runuser", ["-u", "postgres", "--", program, .. arguments]) : Run(program, arguments);

    private static string Run(string program, string[] arguments)
    {
        using var folder = new TemporaryFolder(); // a file: a server keeps its parent's pipes open
        var output = folder["output"];
        using var process = Process.Start(new ProcessStartInfo(
            "bash", ["-c", "exec \"$0\" \"$@\" < /dev/null > \"$OUTPUT\" 2>&1", program, .. arguments])
        {
            Environment = { ["OUTPUT"] = output }, WorkingDirectory = "/",
        })!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {File.ReadAllText(output)}");
        return File.ReadAllText(output);
    }
}
