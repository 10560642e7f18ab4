using System.Diagnostics;

namespace Dataflow.Tests.Docs;

internal static class Example
{
    /// <summary>Runs an example to its end and returns what it prints.</summary>
    public static async Task<string> RunAsync(string name, params IEnumerable<string> arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }
}
