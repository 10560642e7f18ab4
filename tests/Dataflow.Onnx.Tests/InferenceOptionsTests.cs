namespace Dataflow.Onnx.Tests;

public class InferenceOptionsTests
{
    [Fact]
    public void Values_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceOptions { KeepResults = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceOptions { KeepFor = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceOptions { BatchTokens = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceOptions { BatchTexts = 0 });
        Assert.Throws<ArgumentNullException>(() => new InferenceOptions { Calls = null! });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxOptions { Callers = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxOptions { Timeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxOptions { MaxFileBytes = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxOptions { MaxCallBytes = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxOptions { Device = (ModelDevice)9 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceWorkers(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceWorkers(1).Add(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InferenceWorkers(1).Remove(-1));
    }

    [Fact]
    public void There_is_a_worker_for_each_processor_unless_told_otherwise()
    {
        Assert.Equal(Environment.ProcessorCount, new InferenceWorkers().Count);
        Assert.Equal(3, new InferenceWorkers(3).Count);
    }
}
