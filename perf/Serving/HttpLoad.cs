using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dataflow.Perf.Serving;

/// <summary>Asks for features, on each connection one request after the other. Plain sockets, so that the client costs little.</summary>
internal static class HttpLoad
{
    public static void Run(int port, int connections, int requests, int rows)
    {
        var start = Stopwatch.GetTimestamp();
        var ticks = new long[connections][];
        Thread[] threads = [.. Enumerable.Range(0, connections).Select(i => new Thread(() => ticks[i] = Ask(port, requests / connections, rows, seed: i)))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        var all = ticks.SelectMany(static one => one).Order().ToArray();
        Console.WriteLine($"{all.Length / Stopwatch.GetElapsedTime(start).TotalSeconds:f0} requests/s, p50 {Us(all, 0.5):f0} us, p99 {Us(all, 0.99):f0} us");
    }

    private static double Us(long[] ticks, double quantile) => ticks[(int)(ticks.Length * quantile)] * 1e6 / Stopwatch.Frequency;

    private static long[] Ask(int port, int requests, int rows, int seed)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        var (ticks, answer, random) = (new long[requests], new byte[1 << 20], new Random(seed));
        for (var i = 0; i < requests; i++)
        {
            var body = $$$"""{"feature_service":"clicks","entities":{"user_id":[{{{string.Join(',', Enumerable.Range(0, rows).Select(_ => random.Next(HttpReads.Entities)))}}}]}}""";
            var request = Encoding.ASCII.GetBytes($"POST /get-online-features HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            var start = Stopwatch.GetTimestamp();
            socket.Send(request);
            Receive(socket, answer);
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        return ticks;
    }

    private static void Receive(Socket socket, byte[] answer)
    {
        var (count, length) = (0, int.MaxValue);
        while (count < length)
        {
            count += socket.Receive(answer, count, answer.Length - count, SocketFlags.None);
            var headers = answer.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
            if (length == int.MaxValue && headers >= 0) length = headers + 4 + LengthOf(Encoding.ASCII.GetString(answer, 0, headers + 2));
        }
    }

    private static int LengthOf(string headers)
    {
        const string Name = "Content-Length: ";
        if (!headers.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new InvalidOperationException(headers);
        var start = headers.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
        return int.Parse(headers.AsSpan(start, headers.IndexOf('\r', start) - start), CultureInfo.InvariantCulture);
    }
}
