using System.Diagnostics;

namespace Dataflow.Features.Tests;

/// <summary>The story of examples/FlightDelays, told to its end.</summary>
public class StoryTests
{
    [Fact]
    public async Task What_is_served_is_what_is_trained_with_and_the_model_is_right_about_the_last_week()
    {
        var folder = Directory.CreateTempSubdirectory("story-");
        try
        {
            var program = Path.Combine(AppContext.BaseDirectory, "FlightDelays.dll");
            using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "story", "--data", folder.FullName])
            {
                RedirectStandardOutput = true,
            })!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.True(process.ExitCode == 0, output);
            Assert.Contains("42 values, 0 differ", output, StringComparison.Ordinal);
            Assert.Contains("│ 0.05 to 0.11 │ 22,960  │ 8.9 %             │ 8.4 %        │", output, StringComparison.Ordinal);
            Assert.Contains(
                "│ late_share_1d             │ 0.094           │ 0.132              │ 0.0 %   │", output, StringComparison.Ordinal);
            Assert.Equal(4, Directory.GetFiles(Path.Combine(folder.FullName, "training-set"), "*.arrow").Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
