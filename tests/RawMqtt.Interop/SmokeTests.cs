namespace RawMqtt.Interop;

public class SmokeTests
{
    [Fact]
    public void Runs() => Assert.Equal(2, (int)QualityOfService.ExactlyOnce);
}
