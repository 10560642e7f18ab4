using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Dataflow.Perf.Serving;

/// <summary>Asks for features over plain sockets, so that the client costs little.</summary>
internal static class HttpLoad
{
    /// <summary>On each connection one request after the other, as fast as the answers come.</summary>
    public static void RunClosed(int port, int connections, int requests, int rows)
    {
        var start = Stopwatch.GetTimestamp();
        var ticks = new long[connections][];
        Thread[] threads = [
            .. Enumerable.Range(0, connections).Select(i => new Thread(() => ticks[i] = Ask(port, requests / connections, rows, seed: i)))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Print(ticks, start);
    }

    /// <summary>So many a second, at random moments, whether answers come or not: a request waits for a connection if all are busy. Times
    /// count from the moment a request was due, so that a server that stands still is not asked less.</summary>
    public static void RunOpen(int port, int connections, int requests, int rate)
    {
        var (free, busy, random) = (new Queue<Connection>(), new List<Connection>(), new Random(1));
        for (var i = 0; i < connections; i++) free.Enqueue(new Connection(port, i));
        var polled = new PollFd[connections];
        var (ticks, sent, done, start) = (new long[requests], 0, 0, Stopwatch.GetTimestamp());
        var due = start;
        while (done < requests)
        {
            for (; sent < requests && due <= Stopwatch.GetTimestamp() && free.TryDequeue(out var connection); sent++)
            {
                connection.Send(due, rows: 1);
                busy.Add(connection);
                due -= (long)(Math.Log(1 - random.NextDouble()) * Stopwatch.Frequency / rate);
            }

            Wait(polled, busy, free.Count > 0 && sent < requests ? due - Stopwatch.GetTimestamp() : Stopwatch.Frequency);
            for (var i = busy.Count - 1; i >= 0; i--)
            {
                if (polled[i].Found == 0) continue;
                busy[i].Receive();
                ticks[done++] = Stopwatch.GetTimestamp() - busy[i].Due;
                free.Enqueue(busy[i]);
                busy.RemoveAt(i);
            }
        }

        foreach (var connection in free) connection.Dispose();
        Print([ticks], start);
    }

    /// <summary>Sleeps until one of them has an answer, or for so many ticks: no wait of the runtime is finer than a millisecond.</summary>
    private static void Wait(PollFd[] polled, List<Connection> busy, long ticks)
    {
        for (var i = 0; i < busy.Count; i++) polled[i] = new PollFd(busy[i].Handle, Asked: 1, Found: 0);
        _ = PPoll(polled, (nuint)busy.Count, new TimeSpec(0, Math.Clamp(ticks, 0, Stopwatch.Frequency - 1)), 0);
    }

    [DllImport("libc", EntryPoint = "ppoll")]
    private static extern int PPoll([In, Out] PollFd[] handles, nuint count, in TimeSpec timeout, nint signals);

    /// <summary>Prints how long requests took, but for the first of each connection, in which the client is compiled.</summary>
    private static void Print(long[][] ticks, long start)
    {
        var rate = ticks.Sum(static all => all.Length) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        long[] warm = [.. ticks.SelectMany(static all => all[(all.Length / 3)..]).Order()];
        Console.WriteLine($"{rate:f0} requests/s, p50 {Us(warm, 0.5):f0} us, p99 {Us(warm, 0.99):f0} us, p99.9 {Us(warm, 0.999):f0} us");
    }

    private static double Us(long[] ticks, double quantile) => ticks[(int)(ticks.Length * quantile)] * 1e6 / Stopwatch.Frequency;

    private static long[] Ask(int port, int requests, int rows, int seed)
    {
        using var connection = new Connection(port, seed);
        var ticks = new long[requests];
        for (var i = 0; i < requests; i++)
        {
            connection.Send(Stopwatch.GetTimestamp(), rows);
            connection.Receive();
            ticks[i] = Stopwatch.GetTimestamp() - connection.Due;
        }

        return ticks;
    }

    private sealed class Connection : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _answer = new byte[1 << 20];
        private readonly Random _random;

        public Connection(int port, int seed)
        {
            _random = new Random(seed);
            _socket.Connect(IPAddress.Loopback, port);
        }

        public long Due { get; private set; }

        public int Handle => (int)_socket.Handle;

        public void Send(long due, int rows)
        {
            var users = string.Join(',', Enumerable.Range(0, rows).Select(_ => _random.Next(HttpReads.Entities)));
            var body = $$$"""{"feature_service":"clicks","entities":{"user_id":[{{{users}}}]}}""";
            var request = Encoding.ASCII.GetBytes(
                $"POST /get-online-features HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            Due = due;
            _socket.Send(request);
        }

        public void Receive()
        {
            var (count, length) = (0, int.MaxValue);
            while (count < length)
            {
                count += _socket.Receive(_answer, count, _answer.Length - count, SocketFlags.None);
                var headers = _answer.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
                if (length == int.MaxValue
                    && headers >= 0) length = headers + 4 + LengthOf(Encoding.ASCII.GetString(_answer, 0, headers + 2));
            }
        }

        public void Dispose() => _socket.Dispose();

        private static int LengthOf(string headers)
        {
            const string Name = "Content-Length: ";
            if (!headers.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new InvalidOperationException(headers);
            var start = headers.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
            return int.Parse(headers.AsSpan(start, headers.IndexOf('\r', start) - start), CultureInfo.InvariantCulture);
        }
    }

    private record struct PollFd(int Handle, short Asked, short Found);

    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
