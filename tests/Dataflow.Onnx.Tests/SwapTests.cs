using System.Diagnostics;

namespace Dataflow.Onnx.Tests;

/// <summary>The change of models in examples/SpeechSearch, run to its end.</summary>
public sealed class SwapTests
{
    [Fact]
    public async Task Each_sentence_has_a_vector_of_the_version_of_its_time_and_the_history_one_of_the_new()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "SpeechSearch.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "swap"]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("│ live    │ beginnings │              │ 250    │", output, StringComparison.Ordinal);
        Assert.Contains("│ live    │ beginnings │ whole        │ 250    │", output, StringComparison.Ordinal);
        Assert.Contains("│ live    │ whole      │              │ 250    │", output, StringComparison.Ordinal);
        Assert.Contains("│ history │ whole      │              │ 500    │", output, StringComparison.Ordinal);
    }
}
