Feature: What a product asks of its relay and its endpoint
  Who plans a relay needs to know what one endpoint costs it, when nothing happens and when something does; and an
  outage must not cost the endpoints their processors.

  @RES-01 @should @if:outage-use @stimulus:any
  Rule: An outage costs the endpoint no more than the product declares

    Scenario: The relay is lost, and nothing else happens
      Given the product works in a closed network
      When what the endpoint uses is measured online, and while the relay is lost
      Then it has not used more during the outage than it declares
      And it is heard of again in time

  @RES-02 @should @if:comeback
  Rule: Endpoints that lose their relay together do not come back in step

    Scenario: Several endpoints lose their relay at once
      Given the product works on several endpoints behind one relay
      When all of them lose the relay at once, and it comes back later
      Then all of them are back in time
      And they do not run the relay over

  @RES-03 @may @S10 @stimulus:any
  Rule: Bytes and connections at the relay are known for one endpoint and hour

    Scenario Outline: One endpoint, <condition>
      Given the product works in a closed network
      When the endpoint is watched: <condition>
      Then it is known what the relay carries for one endpoint: <condition>

      Examples:
        | condition |
        | idle      |
        | workload  |
