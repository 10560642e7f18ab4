using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Dataflow.Dashboard;

/// <summary>The options of a <see cref="DashboardServer"/>.</summary>
public sealed record DashboardServerOptions : DashboardOptions
{
    /// <summary>The address to listen on. Default: loopback. Any other needs <see cref="DashboardOptions.Token"/> and
    /// <see cref="Certificate"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port. Default 6567; 0: any free port.</summary>
    public int Port { get; init; } = 6567;

    /// <summary>The server's certificate, with its key, for TLS. Default null: no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }
}
